from __future__ import annotations

from itertools import combinations

from hypothesis import assume, example, given
from hypothesis import strategies as st
from textual.geometry import Region

from reader.tui.layout import PANES, Places, Shares, border_at, grown, moved, places

WIDTHS, HEIGHTS = st.integers(1, 300), st.integers(1, 100)
SHARES = st.builds(Shares, st.integers(0, 300), st.integers(0, 1_000), st.integers(0, 1_000))


def standing(width: int, height: int, shares: Shares = Shares(), *, pane: str = "stories") -> Places:  # noqa: B008
    found = places(width, height, pane=pane, wanted_topics=26, shares=shares)
    assert found is not None
    return found


def widths(found: Places) -> list[int]:
    return [found.panes[name].width for name in PANES]


@given(WIDTHS, HEIGHTS, st.sampled_from(PANES), st.integers(1, 400), SHARES, st.booleans())
def test_every_cell_belongs_to_one_part_at_most_and_on_a_wide_screen_to_exactly_one(
    width: int, height: int, pane: str, wanted: int, shares: Shares, is_zoomed: bool
) -> None:
    found = places(width, height, pane=pane, wanted_topics=wanted, shares=shares, is_zoomed=is_zoomed)
    assume(found is not None)
    assert found is not None
    parts = [part for part in (found.title, found.hints, *found.panes.values()) if part]
    assert not any(one.overlaps(other) for one, other in combinations(parts, 2))
    assert sum(part.area for part in parts) == width * height
    assert all(Region(0, 0, width, height).contains_region(part) for part in parts)


@given(st.integers(40, 300), st.integers(10, 100), st.sampled_from(PANES), SHARES)
def test_the_pane_with_the_focus_is_always_to_be_seen(
    width: int, height: int, pane: str, shares: Shares
) -> None:
    place = standing(width, height, shares, pane=pane).panes[pane]
    assert place.width >= 16
    assert place.height >= 4


def test_the_number_of_panes_side_by_side_follows_the_width() -> None:
    assert sum(map(bool, widths(standing(140, 40)))) == 3
    assert standing(100, 30).is_stacked
    assert sum(map(bool, widths(standing(79, 30)))) == 1


@given(st.integers(120, 300), st.integers(1, 400))
def test_beside_three_panes_topics_leave_most_of_the_width_to_list_and_story(width: int, wanted: int) -> None:
    found = places(width, 40, pane="stories", wanted_topics=wanted, shares=Shares())
    assert found is not None
    topics, stories, story = widths(found)
    assert 22 <= topics <= (26 if width < 140 else 30)
    assert abs(stories - story) <= 1
    assert min(stories, story) >= 47


def test_a_short_screen_has_no_title_and_one_line_a_story() -> None:
    assert standing(140, 23).is_one_line
    assert not standing(140, 23).title
    assert standing(140, 24).title


def test_a_line_to_type_in_does_not_make_the_screen_a_short_one() -> None:
    found = places(80, 23, pane="stories", wanted_topics=26, shares=Shares(), foot_rows=1)
    assert found is not None
    assert found.title
    assert not found.is_one_line


def test_a_border_is_where_panes_meet() -> None:
    found = standing(140, 40)
    edge = found.panes["topics"].right
    assert [border_at(found, x, 10) for x in (edge - 2, edge - 1, edge, edge + 1)] == [
        "",
        "topics",
        "topics",
        "",
    ]
    assert border_at(found, found.panes["stories"].right, 10) == "stories"
    assert border_at(found, edge, 0) == ""


def test_a_stacked_border_is_a_row() -> None:
    found = standing(100, 30)
    assert border_at(found, 60, found.panes["stories"].bottom) == "stories"
    assert border_at(found, 60, found.panes["stories"].bottom + 1) == ""


def test_one_pane_alone_has_no_border_to_drag() -> None:
    found = standing(60, 30)
    assert not any(border_at(found, x, y) for x in range(60) for y in range(30))
    assert grown(found, Shares(), "stories", 2) == Shares()


@given(
    st.sampled_from([(140, 40), (100, 30), (80, 24), (250, 60)]),
    SHARES,
    st.sampled_from(["topics", "stories"]),
    st.integers(-10, 310),
    st.integers(-10, 110),
)
@example((80, 24), Shares(), "topics", 40, 5)
def test_a_dragged_border_follows_the_mouse_as_far_as_there_is_room(
    size: tuple[int, int], shares: Shares, border: str, x: int, y: int
) -> None:
    found = standing(*size, shares)
    after = standing(*size, moved(found, shares, border, x, y))
    assert all(after.panes[name].width >= 16 and after.panes[name].height >= 4 for name in PANES)
    topics, stories = after.panes["topics"], after.panes["stories"]
    if border == "topics" and 16 <= x <= size[0] // 2:
        assert topics.right - 1 == x
    if border == "stories" and found.is_stacked and stories.y + 3 <= y < size[1] - 6:
        assert stories.bottom - 1 == y
    if border == "stories" and not found.is_stacked and stories.x + 15 <= x < size[0] - 17:
        assert stories.right - 1 == x


def test_growing_makes_the_pane_larger_and_shrinking_undoes_it() -> None:
    for size in ((140, 40), (100, 30)):
        before = standing(*size)
        for pane in PANES:
            larger = grown(before, Shares(), pane, 2)
            after = standing(*size, larger)
            assert after.panes[pane].area > before.panes[pane].area
            assert standing(*size, grown(after, larger, pane, -2)).panes == before.panes
