"""What stands in the story pane above and below the body: the head of a story, its coverage, its links."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from rich.cells import cell_len

from reader import links, wording
from reader.library import OpenStory, RelatedItem
from reader.model import StoryId, StoryRow
from reader.tui.panes.coverage import Coverage, best_text, first_text
from reader.tui.panes.lines import cut
from reader.tui.panes.story_lines import LONGEST, WHOLE_STORY, Line, Setting, text_lines
from reader.tui.panes.story_list import Marks
from reader.tui.panes.wrapping import wrapped

_HEAD_CELLS: Final = 9
"""Sign, marks and quality before a related item."""

_ROOMY: Final = 60
"""From so many cells on, an expanded item stands below its provider."""


class Subject:
    """The story of the pane, as far as it is known.

    Args:
        row: What the index says.
        marks_of: The marks of a story; quick.
        quality_range: Lowest and highest quality of the archive.
        best_key: The key that goes to the best version.

    Attributes:
        story: The same read whole, or None.
        notice: Why it cannot be read, or empty.
        found: Its coverage, once it is read.
        links: Addresses its body leads to.
        expanded: The related items that are unfolded.
    """

    def __init__(
        self,
        row: StoryRow,
        marks_of: Callable[[StoryId], Marks],
        quality_range: tuple[int, int] = (0, 0),
        best_key: str = "",
    ) -> None:
        self.row = row
        self.marks_of = marks_of
        self.quality_range = quality_range
        self.best_key = best_key
        self.story: OpenStory | None = None
        self.notice = ""
        self.found = Coverage()
        self.links: Sequence[str] = ()
        self.expanded: set[int] = set()


def head_lines(subject: Subject, setting: Setting) -> Iterator[Line]:
    """Title, origin, date, quality, topics, excerpt."""
    row = subject.row
    story = subject.story.story if subject.story is not None else None
    yield from text_lines(setting, row.title, "story--title")
    provider = wording.provider_text(row.provider, ascii=setting.is_ascii)
    if leads_elsewhere(row):
        host = f"leads to {links.host_of(row.url)}"
        provider = setting.glyphs.separator.join(part for part in (provider, host) if part)
    yield from text_lines(setting, provider, "story--meta")
    yield from _state_lines(subject, setting)
    yield from _note_lines(subject.marks_of(row.story_id).note, setting)
    yield from _quality_lines(subject, setting)
    if row.topics:
        yield from text_lines(setting, setting.glyphs.separator.join(row.topics), "story--meta")
    if story is not None and story.problems:
        reasons = "; ".join(dict.fromkeys(problem.reason for problem in story.problems[:3]))
        yield Line()
        yield from text_lines(setting, f"This file is damaged: {reasons}", "story--notice")
    excerpt = story.excerpt if story is not None else row.excerpt
    if excerpt:
        yield Line()
        yield from text_lines(setting, excerpt, "story--text")
    if story is not None and story.body:
        yield Line()


def leads_elsewhere(row: StoryRow) -> bool:
    """Whether the link of a story leads to a host that does not belong to the domain it names."""
    host, domain = links.host_of(row.url), row.provider.domain.casefold().removeprefix("www.")
    return bool(host) and not (domain and f".{host}".endswith(f".{domain}"))


def _state_lines(subject: Subject, setting: Setting) -> Iterator[Line]:
    """When it was published, what is unusual about it, and its marks: they come and go in one line."""
    row, glyphs = subject.row, setting.glyphs
    parts = (
        wording.date_time_text(row.published_at),
        row.kind if row.kind.casefold() != "article" else "",
        "unpublished" if row.is_published is False else "",
        wording.place_text(row),
    )
    is_read, is_starred, _ = subject.marks_of(row.story_id)
    marks = [f"{glyphs.unread} unread"] if not is_read else []
    marks += [f"{glyphs.star} starred"] if is_starred else []
    state = "  ".join(marks)
    lines = wrapped(setting.shown(glyphs.separator.join(part for part in parts if part)), setting.width)
    for line in lines[:-1]:
        yield Line(((line, "story--meta"),))
    last = lines[-1] if lines else ""
    if last and state and cell_len(last) + 2 + cell_len(state) <= setting.width:
        yield Line(((f"{last}  ", "story--meta"), (state, "story--badge")))
        return
    if last:
        yield Line(((last, "story--meta"),))
    if state:
        yield Line(((state, "story--badge"),))


def _note_lines(note: str, setting: Setting, *, indent: int = 0, stop: int = WHOLE_STORY) -> Iterator[Line]:
    """What the user wrote about it, told from what others wrote by its sign and its look."""
    sign = f"{' ' * indent}{setting.glyphs.note} "
    room = setting.width - cell_len(sign)
    for line in wrapped(setting.shown(note), room) if note else ():
        yield Line(((sign, "story--badge"), (line[: room * LONGEST], "story--badge story--emphasis")), stop)
        sign = " " * cell_len(sign)


def _quality_lines(subject: Subject, setting: Setting) -> Iterator[Line]:
    row = subject.row
    pieces: list[tuple[str, str]] = []
    if row.quality is not None:
        bar = wording.quality_bar(row.quality, *subject.quality_range, ascii=setting.is_ascii)
        pieces = [(f"quality {row.quality} ", "story--meta"), (bar, "story--badge")]
    heat = subject.story.story.heat if subject.story is not None else None
    if heat is not None and heat >= 0 and heat != row.quality:
        pieces.append((f"{setting.glyphs.separator}heat {heat}", "story--meta"))
    best = setting.shown(best_text(row, subject.found, subject.best_key))
    used = sum(cell_len(text) for text, _ in pieces)
    if best and used + 2 + cell_len(best) <= setting.width:
        pieces += [("  " if pieces else "", "story--meta"), (best, "story--badge")]
        best = ""
    if pieces:
        yield Line(tuple(pieces))
    yield from text_lines(setting, best, "story--badge")


def tail_lines(subject: Subject, setting: Setting) -> Iterator[Line]:
    """The link, the related coverage from first to last, the links of the body."""
    row = subject.row
    if row.url:
        yield Line()
        yield Line(((cut(setting.shown(row.url), setting.width, setting.glyphs.ellipsis), "story--link"),))
    if subject.notice:
        yield Line()
        yield from text_lines(setting, subject.notice, "story--notice")
    yield from _coverage_lines(subject, setting)
    first = len(subject.found.items)
    if subject.links:
        yield Line()
        yield Line(((f"Links in the text ({wording.count(len(subject.links))})", "story--heading"),))
    for number, url in enumerate(subject.links):
        sign = f"{f'[{number + 1}]':>5} "
        text = cut(setting.shown(url), setting.width - len(sign), setting.glyphs.ellipsis)
        yield Line(((sign, "story--meta"), (text, "story--link")), first + number)


def _coverage_lines(subject: Subject, setting: Setting) -> Iterator[Line]:
    items = subject.found.items
    number = len(items) if subject.story is not None else subject.row.related_count
    if not number:
        return
    yield Line()
    heading = f"Related coverage ({wording.count(number)})"
    first = setting.shown(first_text(subject.row, subject.found))
    if first and cell_len(heading) + 3 + cell_len(first) <= setting.width:
        yield Line(((heading, "story--heading"), (f"{setting.glyphs.separator}{first}", "story--meta")))
    else:
        yield Line(((heading, "story--heading"),))
        yield from text_lines(setting, first, "story--meta")
    parts = [wording.related_line(item.related, subject.row.published_at) for item in items]
    # A long name leaves room for the title, which says more.
    columns = (
        min(max((cell_len(part.provider) for part in parts), default=0), max(8, setting.width // 4)),
        max((len(part.offset) for part in parts), default=0),
    )
    for place, (item, part) in enumerate(zip(items, parts, strict=True)):
        yield from _item_lines(subject, setting, place, item, part, columns)


def _item_lines(
    subject: Subject,
    setting: Setting,
    place: int,
    item: RelatedItem,
    parts: wording.RelatedLine,
    columns: tuple[int, int],
) -> Iterator[Line]:
    glyphs = setting.glyphs
    is_read, is_starred, note = subject.marks_of(item.row.story_id)
    is_expanded = place in subject.expanded
    sign = glyphs.unfolded if is_expanded else glyphs.folded
    unread, star = " " if is_read else glyphs.unread, glyphs.star if is_starred else " "
    head = f"{sign} {unread}{star} {parts.quality:>3} "
    offset = f"{parts.offset:>{columns[1]}}"
    room = setting.width - cell_len(head)
    if is_expanded:
        provider = cut(setting.shown(parts.provider), max(4, room - len(offset) - 2), glyphs.ellipsis)
        origin = provider + " " * max(0, columns[0] - cell_len(provider))
        yield Line(((head, "story--badge"), (f"{origin}  {offset}".rstrip(), "story--meta")), place)
        yield from _expanded_lines(item, parts, setting, place, note)
        return
    provider = cut(setting.shown(parts.provider), columns[0], glyphs.ellipsis)
    origin = provider + " " * (columns[0] - cell_len(provider)) + ("  " if columns[0] else "")
    origin += f"{offset}  " if offset else ""
    sign = f"{glyphs.note} " if note else ""
    title = cut(setting.shown(parts.title), room - cell_len(origin) - len(sign), glyphs.ellipsis)
    look = "story--text" if is_read else "story--item"
    pieces = ((head, "story--badge"), (origin, "story--meta"), (sign, "story--badge"), (title, look))
    yield Line(tuple(piece for piece in pieces if piece[0]), place)


def _expanded_lines(
    item: RelatedItem, parts: wording.RelatedLine, setting: Setting, place: int, note: str
) -> Iterator[Line]:
    related = item.related
    date = wording.date_time_text(related.published_at)
    meta = setting.glyphs.separator.join(part for part in (related.provider.domain, date) if part)
    texts = (
        (parts.title, "story--item"),
        (meta, "story--meta"),
        (related.excerpt, "story--text"),
    )
    indent = _HEAD_CELLS if setting.width >= _ROOMY else 4
    yield from _note_lines(note, setting, indent=indent, stop=place)
    for text, component in texts:
        yield from text_lines(setting, text, component, indent=indent, stop=place)
    if related.url:
        url = cut(setting.shown(related.url), setting.width - indent, setting.glyphs.ellipsis)
        yield Line(((" " * indent, "story--text"), (url, "story--link")), place)
