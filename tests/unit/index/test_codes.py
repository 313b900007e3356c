from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.index import codes
from reader.index.codes import Codes

GREATEST = {"B": 255, "H": 65_535, "I": 1 << 20}


@pytest.mark.parametrize("typecode", GREATEST)
@given(data=st.data())
def test_a_mask_has_what_a_look_at_each_number_finds(typecode: str, data: st.DataObject) -> None:
    number = st.one_of(
        st.sampled_from((0, 1, 254, 255, 256, 257)), st.integers(0, GREATEST[typecode])
    ).filter(GREATEST[typecode].__ge__)
    values = data.draw(st.lists(number, max_size=20))
    wanted = data.draw(st.sets(number, max_size=40))
    least = data.draw(number)
    column = Codes(array(typecode, values))
    assert column.mask(wanted) == bytes(value in wanted for value in values)
    assert column.at_least(least) == bytes(value >= least for value in values)
    assert column.at_least(GREATEST[typecode] + 1) == bytes(len(values))


@given(st.lists(st.booleans(), max_size=60))
def test_the_places_of_a_mask_come_in_order(wanted: list[bool]) -> None:
    places = list(codes.places(bytes(wanted)))
    assert places == [place for place, is_wanted in enumerate(wanted) if is_wanted]
    assert len(places) == codes.size(bytes(wanted))
