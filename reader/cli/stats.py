"""``newsreader stats``: how many stories there are, by topic, provider and month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from reader import wording
from reader.cli import DONE, output
from reader.cli.archives import add_archive_options, add_sync_option, choose, paths_of, synced
from reader.config import Config
from reader.model import Counts, Provider, Topic

if TYPE_CHECKING:
    import argparse

    from reader.index.figures import Figures

EXAMPLES: Final = """\
For other programs each line has what is counted, its name, and how many stories
there are, parted by tabs; of topics and of all stories how many are unread too.

examples:
  newsreader stats
  newsreader stats ~/news/powerapps --json"""

PROVIDERS_LIMIT: Final = 20
"""Providers told one by one; the rest is summed up."""

_INDENT: Final = "  "
_NAME_CELLS: Final = 40
_NUMBER_CELLS: Final = 9
_MONTHS: Final = range(1, 13)

Ranked = list[tuple[Provider, int]]
"""Providers with their stories, most first."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    add_archive_options(parser, has_paths=True)
    parser.add_argument("--json", action="store_true", help="everything, as a JSON object")
    add_sync_option(parser)


def run(options: argparse.Namespace, config: Config) -> int:
    """Print the figures.

    Raises:
        NewsreaderError: If the stories cannot be counted.
    """
    with synced(choose(paths_of(options), config), is_asked=options.sync) as library:
        counts, topics, figures = library.counts(), library.topics, library.figures()
    if options.json:
        output.write_json(_values(counts, topics, figures))
    else:
        lines = _table(counts, topics, figures) if output.is_terminal() else _fields(counts, topics, figures)
        output.write("\n".join([*lines, ""]))
    return DONE


def _ranked(figures: Figures) -> tuple[Ranked, Ranked]:
    """The providers with most stories, and the others."""
    ranked = sorted(
        figures.providers.items(),
        key=lambda entry: (-entry[1], _provider_name(entry[0]).casefold(), entry[0].domain),
    )
    return ranked[:PROVIDERS_LIMIT], ranked[PROVIDERS_LIMIT:]


def _provider_name(provider: Provider) -> str:
    return provider.name or provider.domain or "no provider"


def _walk(topics: Sequence[Topic], depth: int = 0) -> Iterator[tuple[Topic, int]]:
    """Each topic with its depth, those below it behind it."""
    for topic in topics:
        yield topic, depth
        yield from _walk(topic.children, depth + 1)


# -- for a person --------------------------------------------------------------------------------


def _table(counts: Counts, topics: Sequence[Topic], figures: Figures) -> Iterator[str]:
    yield _headline(counts, figures)
    if topics:
        yield from ("", _row("Topics", "stories", "unread"))
        for topic, depth in _walk(topics):
            count = counts.topics[topic.name]
            yield _row(
                _INDENT * (depth + 1) + topic.name, wording.count(count.total), wording.count(count.unread)
            )
    shown, others = _ranked(figures)
    if shown:
        yield from ("", _row("Providers", "stories"))
        yield from (_row(_INDENT + _provider_name(name), wording.count(count)) for name, count in shown)
    if others:
        yield _row(f"{_INDENT}{wording.count(len(others))} others", wording.count(_sum(others)))
    yield from _months_table(figures)


def _headline(counts: Counts, figures: Figures) -> str:
    median = figures.median_quality()
    parts = (
        wording.count_text(counts.everything.total, "story"),
        f"{wording.count(counts.everything.unread)} unread",
        f"{wording.count(counts.starred)} starred",
        "" if median is None else f"median quality {median:g}",
    )
    return wording.glyphs(not output.is_utf8()).separator.join(filter(None, parts))


def _row(name: str, *numbers: str) -> str:
    ellipsis = wording.glyphs(not output.is_utf8()).ellipsis
    cells = max(min(_NAME_CELLS, output.width_cells() - 2 * _NUMBER_CELLS), _NUMBER_CELLS)
    return output.fitted(name, cells, ellipsis) + "".join(number.rjust(_NUMBER_CELLS) for number in numbers)


def _months_table(figures: Figures) -> Iterator[str]:
    """A bar for each month, a line for each year that has any story."""
    if figures.months:
        yield from ("", _row("Months", "stories"))
    highest = max(figures.months.values(), default=0)
    for year in sorted({month[:4] for month in figures.months}):
        months = [figures.months[f"{year}-{month:02}"] for month in _MONTHS]
        bars = "".join(_bar(count, highest) for count in months)
        yield _row(f"{_INDENT}{year}  {bars}", wording.count(sum(months)))
    if figures.undated:
        yield _row(f"{_INDENT}no date", wording.count(figures.undated))


def _bar(count: int, highest: int) -> str:
    """One sign for a month, the highest for the one with most stories; a blank for none."""
    bar = wording.glyphs(not output.is_utf8()).bar
    return bar[(count * len(bar) - 1) // highest] if count else " "


def _sum(ranked: Ranked) -> int:
    return sum(count for _, count in ranked)


# -- for a program -------------------------------------------------------------------------------


def _fields(counts: Counts, topics: Sequence[Topic], figures: Figures) -> Iterator[str]:
    yield _line("stories", "", counts.everything.total, counts.everything.unread)
    yield _line("starred", "", counts.starred)
    median = figures.median_quality()
    if median is not None:
        yield _line("quality", "median", f"{median:g}")
    for topic, _ in _walk(topics):
        count = counts.topics[topic.name]
        yield _line("topic", topic.name, count.total, count.unread)
    shown, others = _ranked(figures)
    yield from (_line("provider", _provider_name(provider), count) for provider, count in shown)
    if others:
        yield _line("providers", f"{len(others)} others", _sum(others))
    yield from (_line("month", month, count) for month, count in sorted(figures.months.items()))
    if figures.undated:
        yield _line("undated", "", figures.undated)


def _line(*cells: object) -> str:
    return "\t".join(map(str, cells))


def _values(counts: Counts, topics: Sequence[Topic], figures: Figures) -> dict[str, object]:
    shown, others = _ranked(figures)
    qualities = figures.qualities
    return {
        "stories": counts.everything.total,
        "unread": counts.everything.unread,
        "starred": counts.starred,
        "undated": figures.undated,
        "quality": {
            "stories": qualities.total(),
            "lowest": min(qualities, default=None),
            "median": figures.median_quality(),
            "highest": max(qualities, default=None),
        },
        "topics": _topic_values(counts, topics),
        "providers": [
            {"name": provider.name, "domain": provider.domain, "stories": count} for provider, count in shown
        ],
        "other_providers": {"providers": len(others), "stories": _sum(others)},
        "months": [{"month": month, "stories": count} for month, count in sorted(figures.months.items())],
    }


def _topic_values(counts: Counts, topics: Sequence[Topic]) -> list[dict[str, object]]:
    return [
        {
            "name": topic.name,
            "stories": counts.topics[topic.name].total,
            "unread": counts.topics[topic.name].unread,
            "children": _topic_values(counts, topic.children),
        }
        for topic in topics
    ]
