from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.archive.storyfile import read_story
from reader.errors import QueryError
from reader.index.first import first
from reader.index.search import search
from reader.index.sync import sync
from reader.model import Show, View
from reader.query.complete import complete
from reader.query.match import doc_of, highlights, matches
from reader.query.parse import LENGTH_LIMIT, parse
from reader.query.text import fold, name_key, placed_words, words
from reader.query.tree import Is, State, all_of, unparse
from reader.query.views import is_sorted, joinable, view_of
from tests.queries import NOW, TOPICS, random_note, random_query, write_random_archive
from tests.unit.index.shelf import opened

PIECES = (
    *("(", ")", "-", '"', " ", "AND", "OR", "NOT", "*", ":", ">=", "..", "\udc80", "\0", "人工", "Café"),
    *("topic:", "title:", "quality", "is:", "unread", "since:", "2021-02", "7d", "sort:", "-date"),
    *("domain:", "www.", "archive:"),
)
PIECE = st.sampled_from(PIECES)
ANYTHING = st.one_of(st.text(), st.lists(st.one_of(PIECE, st.text(max_size=3)), max_size=30).map("".join))
QUERY = st.builds(lambda seed: random_query(Random(seed)), st.integers(0, 1 << 32))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1 << 32))
def test_masks_sql_and_python_agree_on_random_queries_and_stories(seed: int) -> None:
    random = Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        archive = write_random_archive(Path(folder, "g"), 8, random)
        with opened(archive, Path(folder, "index")) as index:
            sync(index)
            catalogue = index.catalogue(())
            docs, notes = {}, {}
            for row in catalogue.rows(View()):
                is_read, is_starred = random.random() < 0.5, random.random() < 0.5
                catalogue.mark(row, is_read=is_read, is_starred=is_starred)
                story = read_story(index.archive, index.path_of(row) or "")
                assert story
                note = random_note(random)
                docs[row] = doc_of(story, archive="g", is_read=is_read, is_starred=is_starred, note=note)
                notes.update({row: note} if note else {})
            starred = catalogue.rows(View(show=Show.STARRED))
            for _ in range(20):
                node = parse(query := random_query(random), NOW).node
                expected = [row for row, doc in docs.items() if matches(node, doc)]
                assert list(search(index, node, catalogue, View(), notes=notes)) == expected, query
                page = search(index, node, catalogue, View(), notes=notes, limit=3)
                assert list(page) == expected[:3], query
                by_sql = first(
                    index,
                    View(),
                    len(docs),
                    is_read=catalogue.is_read,
                    is_starred=starred.__contains__,
                    node=node,
                    notes=notes,
                )
                assert {entry[3] for entry in by_sql} == set(expected), query


@given(text=ANYTHING)
def test_any_text_is_a_query_or_a_mistake_with_its_place(text: str) -> None:
    place = 0
    try:
        query = parse(text, NOW, TOPICS)
    except QueryError as mistake:
        place = mistake.position
    else:
        assert parse(unparse(query.node), NOW).node == query.node
    assert 0 <= place <= min(len(text), LENGTH_LIMIT)


@given(text=ANYTHING)
def test_more_can_be_asked_for_behind_any_query(text: str) -> None:
    try:
        node = parse(text, NOW).node
        unsorted = view_of(text, View()).query
        joined = parse(f"{joinable(unsorted)} is:read", NOW, is_whole=False).node
    except QueryError:
        return
    assert not is_sorted(unsorted)
    assert parse(unsorted, NOW).node == node
    assert joined == all_of(filter(None, (node, Is(State.READ))))


@given(query=QUERY)
def test_a_tree_written_out_says_the_same(query: str) -> None:
    node = parse(query, NOW).node
    assert parse(unparse(node), NOW).node == node


@given(text=ANYTHING, position=st.integers(-2, 40))
def test_a_completion_fits_into_the_text(text: str, position: int) -> None:
    for one in complete(text, position, [*TOPICS, text], [text]):
        assert 0 <= one.start <= one.end <= len(text)
        assert one.text


@given(text=st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert name_key(name_key(text)) == name_key(text)
    assert words(" ".join(words(text))) == words(text)


@given(text=st.text())
def test_places_lie_in_the_text_and_apart(text: str) -> None:
    end = 0
    for word, start, after in placed_words(text):
        assert word
        assert end <= start <= after <= len(text)
        end = start


@given(query=QUERY, text=st.text())
def test_marks_lie_in_the_text_and_apart(query: str, text: str) -> None:
    end = -1
    for start, after in highlights(parse(query, NOW).node, text):
        assert end < start <= after <= len(text)
        end = after
