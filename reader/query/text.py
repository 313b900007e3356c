"""Text as a search sees it: words without case and accents, the same for SQLite and for Python."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from reader import clean
from reader.model import Story
from reader.patterns import pattern

SEPARATOR: Final = "\x01"
"""Stands between two texts of one column, so that no phrase runs from one into the next. Clean texts have
none, and it is no white space."""

WORDS_LIMIT: Final = 20_000
"""Words of one story that are searched; the longest real one has some 600, related coverage included."""

STARTS_LETTERS: Final = 3
"""Up to so many letters the beginning of a word is looked up in a table of beginnings: of all the words that
begin with ``com`` in 100,000 stories FTS5 takes 15 ms to gather the stories, also for the first page."""


# Written without spaces between words: each character is a word, a run of them in a query is a phrase.
# Thai, Lao, Myanmar, Khmer; Hangul, Kana, Han with their extensions; signs and emoji.
_SINGLE: Final = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u2600-\u27bf\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U0001f000-\U0001faff\U00020000-\U0003ffff"
)
# Vowel signs of the Indic scripts are no letters to `re`, yet part of their words.
_INDIC: Final = "\u0900-\u0963\u0966-\u0dff\u0f00-\u0fff"
_ASCII_WORD: Final = pattern(r"[a-z0-9]+")
_JOINT: Final = f" {SEPARATOR} "
_ASCII_SPACES: Final = {code: " " for code in range(128) if not chr(code).isalnum()}
_LETTERS: Final = bytes(0xFF if chr(code).isalnum() else 0 for code in range(128)).ljust(256)
_DROPPED: Final = b"\xff"

# Marks one may leave out: accents, Hebrew points, Arabic vowels. Those of other scripts change the word.
_ACCENT: Final = pattern("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")
_NO_ACCENT: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)


_WORD: Final = pattern(rf"[{_SINGLE}]|(?:[^\W_{_SINGLE}]|[{_INDIC}])+")


def fold(text: str) -> str:
    """The text without case and accents, its compatibility forms made plain."""
    if text.isascii():
        return text.lower()
    parts = _ACCENT.sub("", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", parts).casefold().translate(_NO_ACCENT)


def words(text: str) -> list[str]:
    """The words of a text, folded; of scripts without spaces each character. May be empty."""
    if text.isascii():
        # Four times quicker than any pattern, and a first index spends much of its time here.
        return text.lower().translate(_ASCII_SPACES).split()
    return _WORD.findall(fold(text))


def placed_words(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of a text, folded, each with its start and end in the text as it stands."""
    if text.isascii():
        for found in _ASCII_WORD.finditer(text.lower()):
            yield found[0], found.start(), found.end()
        return
    folded, starts = _folded_by_place(text)
    for found in _WORD.finditer(folded):
        # The marks after a letter go with it: a word ends where the next letter starts.
        yield found[0], starts[found.start()], starts[found.end()]


def name_key(name: str) -> str:
    """What two spellings of one name (a topic, a kind) share: folded, single spaces, no double quotes."""
    return " ".join(fold(name).replace('"', "'").split())


def title_text(story: Story) -> str:
    """The words of the story's title, parted by spaces."""
    return " ".join(words(story.title))


def rest_text(story: Story) -> str:
    """The words of everything else a search looks at, parted by spaces: what it says and who said it too."""
    return joined_words(searched_texts(story))


def searched_texts(story: Story) -> list[str]:
    """What a search looks at beside the title; some may be empty.

    The excerpt, name and domain of the provider, the topics; then of each related story the title, the
    excerpt and the provider's name.
    """
    provider = story.provider
    texts = [story.excerpt, provider.name, provider.domain, *story.topics]
    for item in story.related:
        texts += (item.title, item.excerpt, item.provider.name)
    return texts


def joined_words(texts: Iterable[str]) -> str:
    """The words of several texts, each parted by one space, `SEPARATOR` between one text and the next."""
    text = _JOINT.join([" ".join(words(text)) for text in texts if text])
    return text if text.count(" ") < WORDS_LIMIT else " ".join(text.split(" ", WORDS_LIMIT)[:-1])


def title_and_rest(title: str, texts: Iterable[str]) -> tuple[str, str]:
    """What FTS5's ``ascii`` tokenizer makes the words of `title_text` and `rest_text` of, in less time.

    That is the texts as they are where there is nothing in them to fold that it does not fold itself: nearly
    everywhere. It takes what is not ASCII for letters.

    Args:
        title: The story's.
        texts: What `searched_texts` lists.
    """
    rest = _JOINT.join(filter(None, texts))
    if len(rest) >= WORDS_LIMIT:
        return _foldable(title, (title,)), joined_words(texts)
    return _foldable(title, (title,)), _foldable(rest, texts)


def _foldable(joined: str, texts: Iterable[str]) -> str:
    if joined.isascii():
        return joined
    joined = clean.without_typography(joined)
    return joined if joined.isascii() else joined_words(texts)


def starts_text(title: str, rest: str) -> str:
    """The first three letters of each word, or all of one that is shorter, with what parts them.

    Args:
        title: What `title_and_rest` gives.
        rest: The same.
    """
    return starts_texts([(title, rest)])[0]


def starts_texts(texts: Sequence[tuple[str, str]]) -> list[str]:
    """What `starts_text` gives for each title and rest, which hold no line break; many take half the time."""
    joined = [f"{title} {rest}" for title, rest in texts]
    cut = iter(_cut_ascii("\n".join(filter(str.isascii, joined))).split("\n"))
    return [
        next(cut) if text.isascii() else f"{_cut(title)} {_cut(rest)}"
        for text, (title, rest) in zip(joined, texts, strict=True)
    ]


def _cut(text: str) -> str:
    return _cut_ascii(text) if text.isascii() else " ".join([word[:STARTS_LETTERS] for word in text.split()])


def _cut_ascii(text: str) -> str:
    # All letters with three before them are dropped at once: word by word it takes three times as long.
    data = text.encode("ascii")
    is_letter = int.from_bytes(data.translate(_LETTERS), "big")
    has_one_before = is_letter & is_letter >> 8
    has_three_before = has_one_before & has_one_before >> 16
    marked = (int.from_bytes(data, "big") | has_three_before).to_bytes(len(data), "big")
    return marked.translate(None, _DROPPED).decode("ascii")


def _folded_by_place(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters (and its end) where it comes from."""
    folded: list[str] = []
    starts: list[int] = []
    for start, end in _clusters(text):
        part = _fold_cluster(text[start:end])
        folded.append(part)
        starts.extend([start] * len(part))
    starts.append(len(text))
    return "".join(folded), starts


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for place in range(1, len(text)):
        if not _joins(text[place]):
            yield start, place
            start = place
    yield start, len(text)


def _joins(char: str) -> bool:
    """Whether a character belongs to the letter before it: a mark, or a vowel or tail of Hangul."""
    return not char.isascii() and (unicodedata.combining(char) != 0 or "\u1160" <= char <= "\u11ff")


_fold_cluster = lru_cache(maxsize=4_096)(fold)
