"""The Markdown of a story as blocks of marked text. It is text all the way: nothing of it is ever a command.

Slow (1 MiB takes a second or two), so only in a thread. markdown-it looks at some texts again and again; it
gets slices that it cannot spend long on, and when its time is over the rest is plain paragraphs.
"""

from __future__ import annotations

import html
import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from reader import clean, links
from reader.errors import LinkError
from reader.patterns import pattern
from reader.values import dataclass, field

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

log = logging.getLogger(__name__)

SLICE_LIMIT: Final = 16_000
"""Characters that are parsed at once."""

PATIENCE_S: Final = 4.0
"""So long a body is parsed."""

LINKS_LIMIT: Final = 200
"""Links of a body that can be opened."""

_NESTING_LIMIT: Final = 8
_QUOTE: Final = "│ "
_FENCE: Final = pattern(r" {0,3}(```+|~~~+)")
_TAG: Final = pattern(r"<[^<>]{0,2000}>")
_BARE_LINK: Final = pattern(r"https?://[^\s<>\"'\]\[{}|\\^`]+[^\s<>\"'\]\[{}|\\^`.,;:!?)]")
_STYLES: Final = {"em": "story--emphasis", "strong": "story--strong", "s": "story--struck"}

Mark = tuple[int, int, str]
"""From where to where a text has this component class over its own."""


class Kind(Enum):
    """What a block is."""

    TEXT = "text"
    CODE = "code"
    RULE = "rule"
    TABLE = "table"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a body that is laid out by itself.

    Attributes:
        kind: What it is.
        text: Its text; line feeds are line breaks.
        marks: What parts of the text look like: sorted by their beginning, they may overlap.
        anchors: Where the text leads elsewhere: from, to, and the number of the link, 1 and up.
        component: The component class of the text.
        first: Signs before its first line, as an item of a list has them.
        rest: Signs before the other lines, as wide as `first`.
        rows: Of a table the cells of each row, the heads first.
    """

    kind: Kind
    text: str = ""
    marks: tuple[Mark, ...] = ()
    anchors: tuple[tuple[int, int, int], ...] = ()
    component: str = "story--text"
    first: str = ""
    rest: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """A body as far as it was parsed.

    Attributes:
        blocks: In their order.
        links: The addresses it leads to, safe to open, each once; a link's number is its place plus 1.
        is_whole: Whether nothing is missing.
    """

    blocks: tuple[Block, ...] = ()
    links: tuple[str, ...] = ()
    is_whole: bool = True


def bodies(text: str, is_cancelled: Callable[[], bool] = lambda: False) -> Iterator[Body]:
    """The body of a story: its beginning soon, where it is long, and the whole of it when that is done."""
    building = _Building()
    deadline = time.monotonic() + PATIENCE_S
    slices = list(_slices(text))
    for number, part in enumerate(slices):
        if is_cancelled():
            return
        if len(part) > SLICE_LIMIT or time.monotonic() > deadline:
            building.add_plain(part)
        else:
            building.add_markdown(part)
        if number == 0 and len(slices) > 1:
            yield building.body(is_whole=False)
    yield building.body(is_whole=True)


def _slices(text: str) -> Iterator[str]:
    """Parts that stand for themselves, of `SLICE_LIMIT` at most where they have a blank line to part at."""
    if len(text) <= SLICE_LIMIT:
        if text:
            yield text
        return
    part: list[str] = []
    size = 0
    fence = ""
    for line in text.split("\n"):
        if found := _FENCE.match(line):
            sign = found[1]
            fence = "" if fence and sign.startswith(fence) else fence or sign
        if part and not fence and not line.strip() and size > SLICE_LIMIT // 2:
            yield "\n".join(part)
            part, size = [], 0
        if part and size + len(line) > SLICE_LIMIT:
            yield "\n".join(part)
            part, size = [], 0
            fence = ""
        part.append(line)
        size += len(line) + 1
    if part:
        yield "\n".join(part)


@dataclass(slots=True)
class _Inline:
    """Text being put together with its marks."""

    parts: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    anchors: list[tuple[int, int, int]] = field(default_factory=list)
    size: int = 0

    def add(self, text: str, component: str = "") -> None:
        text = clean.block(text)  # entities can stand for anything
        if component:
            self.marks.append((self.size, self.size + len(text), component))
        self.parts.append(text)
        self.size += len(text)


class _Building:
    """Blocks and links of a body, slice by slice."""

    def __init__(self) -> None:
        self._parser: MarkdownIt | None = None
        self._blocks: list[Block] = []
        self._numbers: dict[str, int] = {}
        # What stands before the lines of a block: signs of its first line, and of the others.
        self._margins: list[tuple[str, str]] = []
        self._numbering: list[int | None] = []
        self._rows: list[list[str]] | None = None
        self._heading = ""

    def body(self, *, is_whole: bool) -> Body:
        return Body(tuple(self._blocks), tuple(self._numbers), is_whole)

    def add_plain(self, text: str) -> None:
        """Text of which no sign means anything."""
        for paragraph in re.split(r"\n\s*\n", text):
            if paragraph.strip():
                self._gap()
                self._blocks.append(Block(Kind.TEXT, paragraph))

    def add_markdown(self, text: str) -> None:
        """A slice."""
        if self._parser is None:
            from markdown_it import MarkdownIt

            self._parser = MarkdownIt("commonmark", {"maxNesting": 20}).enable(["table", "strikethrough"])
        try:
            tokens = self._parser.parse(text)
        except Exception:
            log.warning("Markdown that cannot be parsed", exc_info=True)
            self.add_plain(text)
            return
        self._walk(tokens)

    def _gap(self) -> None:
        """An empty line, but not at the beginning and not two."""
        if self._blocks and self._blocks[-1].kind is not Kind.GAP:
            self._blocks.append(Block(Kind.GAP, first=self._margin(1).rstrip()))

    def _margin(self, part: int) -> str:
        return "".join(margin[part] for margin in self._margins[-_NESTING_LIMIT:])

    def _put(self, kind: Kind, text: str = "", component: str = "story--text", **more: Any) -> None:
        """Add a block; the sign of a list item stands before its first block only."""
        first, rest = self._margin(0), self._margin(1)
        self._margins = [(other, other) for _, other in self._margins]
        self._blocks.append(Block(kind, text, component=component, first=first, rest=rest, **more))

    def _walk(self, tokens: Sequence[Token]) -> None:
        self._margins.clear()
        self._numbering.clear()
        self._rows = None
        self._heading = ""
        for token in tokens:
            if token.type == "inline":
                self._take_text(token)
            else:
                self._take_frame(token)

    def _take_text(self, token: Token) -> None:
        inline = self._inline(token.children or [])
        text = "".join(inline.parts)
        if self._rows is not None:
            if self._rows:
                self._rows[-1].append(text.replace("\n", " "))
        elif text.strip():
            marks, anchors = tuple(sorted(inline.marks)), tuple(inline.anchors)
            self._put(Kind.TEXT, text, self._heading or "story--text", marks=marks, anchors=anchors)

    def _take_frame(self, token: Token) -> None:
        match token.type:
            case "paragraph_open":
                # The first paragraph of a list item stands beside its sign.
                if not token.hidden and not (self._margins and self._margins[-1][0] != self._margins[-1][1]):
                    self._gap()
            case "heading_open":
                self._gap()
                self._heading = "story--heading" if token.tag in ("h1", "h2") else "story--subheading"
            case "heading_close":
                self._heading = ""
            case "bullet_list_open" | "ordered_list_open":
                if not self._numbering:
                    self._gap()
                is_ordered = token.type == "ordered_list_open"
                start = token.attrGet("start")
                self._numbering.append(None if not is_ordered else 1 if start is None else int(start))
            case "bullet_list_close" | "ordered_list_close":
                self._numbering.pop()
            case "list_item_open":
                number = self._numbering[-1]
                sign = "• " if number is None else f"{number}. "
                self._numbering[-1] = None if number is None else number + 1
                self._margins.append((sign, " " * len(sign)))
            case "blockquote_open":
                self._gap()
                self._margins.append((_QUOTE, _QUOTE))
            case "list_item_close" | "blockquote_close":
                self._margins.pop()
            case "table_open":
                self._rows = []
            case "tr_open" if self._rows is not None:
                self._rows.append([])
            case "table_close" if self._rows is not None:
                rows, self._rows = tuple(map(tuple, self._rows)), None
                self._gap()
                self._put(Kind.TABLE, rows=rows)
            case "fence" | "code_block":
                self._gap()
                self._put(Kind.CODE, clean.block(token.content.rstrip("\n")), "story--code")
            case "html_block":
                text = clean.block(html.unescape(_TAG.sub(" ", token.content))).strip()
                if text:
                    self._gap()
                    self._put(Kind.TEXT, text)
            case "hr":
                self._gap()
                self._put(Kind.RULE)

    def _inline(self, tokens: Sequence[Token]) -> _Inline:
        inline = _Inline()
        open_at: dict[str, list[int]] = {}
        leading: list[tuple[int, str]] = []
        for token in tokens:
            kind = token.type
            name = kind.removesuffix("_open").removesuffix("_close")
            if kind == "text":
                self._text(inline, token.content, is_linked=bool(leading))
            elif kind == "code_inline":
                inline.add(token.content, "story--code")
            elif kind == "softbreak":
                inline.add(" ")
            elif kind == "hardbreak":
                inline.add("\n")
            elif kind == "image":
                start = inline.size
                inline.add(f"[image: {token.content}]" if token.content else "[image]", "story--meta")
                self._refer(inline, self._number(str(token.attrGet("src") or "")), start)
            elif kind == "link_open":
                leading.append((inline.size, str(token.attrGet("href") or "")))
            elif kind == "link_close" and leading:
                start, url = leading.pop()
                self._refer(inline, self._number(url), start)
            elif name in _STYLES:
                if kind.endswith("_open"):
                    open_at.setdefault(name, []).append(inline.size)
                elif open_at.get(name):
                    inline.marks.append((open_at[name].pop(), inline.size, _STYLES[name]))
        return inline

    def _text(self, inline: _Inline, text: str, *, is_linked: bool) -> None:
        """Plain text; addresses in it are links of their own."""
        end = 0
        for found in () if is_linked or "://" not in text else _BARE_LINK.finditer(text):
            inline.add(text[end : found.start()])
            start = inline.size
            inline.add(found[0])
            self._refer(inline, self._number(found[0]), start)
            end = found.end()
        inline.add(text[end:])

    def _refer(self, inline: _Inline, number: int, start: int) -> None:
        """The text from `start` on leads to a link; its number follows it."""
        if not number:
            return
        inline.marks.append((start, inline.size, "story--anchor"))
        inline.anchors.append((start, inline.size, number))
        inline.add(f"[{number}]", "story--meta")

    def _number(self, url: str) -> int:
        """The number of a link; 0 for what is not opened."""
        try:
            safe = links.safe_url(url)
        except LinkError:
            return 0
        if safe not in self._numbers and len(self._numbers) >= LINKS_LIMIT:
            return 0
        return self._numbers.setdefault(safe, len(self._numbers) + 1)
