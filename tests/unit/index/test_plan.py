from __future__ import annotations

from reader.index.plan import plan_sync
from reader.model import Stamp

OLD = Stamp(1, 10)


def test_nothing_is_to_do_where_every_stamp_is_as_it_was() -> None:
    plan = plan_sync({"a.md": OLD, "b.md": OLD}, {"b.md": OLD, "a.md": OLD})
    assert (plan.parse, plan.forget) == ((), ())


def test_new_files_and_files_of_another_time_or_size_are_read() -> None:
    on_disk = {"new.md": OLD, "later.md": Stamp(2, 10), "longer.md": Stamp(1, 11), "same.md": OLD}
    indexed = {"later.md": OLD, "longer.md": OLD, "same.md": OLD}
    assert set(plan_sync(on_disk, indexed).parse) == {"new.md", "later.md", "longer.md"}


def test_a_file_older_than_the_index_knew_it_is_read_too() -> None:
    assert plan_sync({"a.md": Stamp(1, 10)}, {"a.md": Stamp(2, 10)}).parse == ("a.md",)


def test_what_names_call_the_newest_is_read_first() -> None:
    on_disk = dict.fromkeys(["2020/12/a.md", "2021/02/c.md", "2021/01/b.md"], OLD)
    assert plan_sync(on_disk, {}).parse == ("2021/02/c.md", "2021/01/b.md", "2020/12/a.md")


def test_files_that_are_gone_are_forgotten() -> None:
    plan = plan_sync({"a.md": OLD}, {"c.md": OLD, "b.md": OLD, "a.md": OLD})
    assert (plan.parse, plan.forget) == ((), ("b.md", "c.md"))
