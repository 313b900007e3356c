"""What the index file looks like. There are no migrations: another version means delete and rebuild."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

VERSION: Final = 7
"""Raised with every change of `SCHEMA` or of what is written into it, the parser's results included."""

UNPUBLISHED: Final = 4
HAS_RELATED: Final = 8
IS_VIDEO: Final = 16
PUBLISHED: Final = 32
DAMAGED: Final = 64
HAS_LINK: Final = 128
"""Bits of ``story.flags``; 1 and 2 are left to the marks, which the index does not hold."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""What ``story.published_us`` counts from."""

NEWER_DOC: Final = 1 << 32
"""Numbers of newer texts in the word tables lie above this, rows of stories below."""

GATHERED: Final = 16_000_000
"""Bytes of words that FTS5 may gather before it writes them out; a full batch of stories has some 5 MB."""

SCHEMA: Final = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- The folders in which files were read. One that is listed as it was needs no closer look.
CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,     -- os.fsencode; ends in "/", but for the root's
    digest INTEGER                 -- of its files when they had all been read; NULL: they are to be compared
);

-- A row id is never used twice, so that a list drawn a moment ago cannot show another story.
CREATE TABLE story (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL,            -- os.fsencode, because a file name need not be text
    folder INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    size INTEGER NOT NULL,
    published_us INTEGER,          -- microseconds since 1970 UTC; NULL: not known
    quality INTEGER,
    flags INTEGER NOT NULL,
    topicset INTEGER NOT NULL,
    outlet INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    related INTEGER NOT NULL,      -- number of entries in the file
    title TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    url TEXT NOT NULL,
    path_hash INTEGER NOT NULL,    -- as reader.index.hashes makes them
    url_hash INTEGER NOT NULL,     -- of links.url_key; 0: no link
    stem_hash INTEGER NOT NULL,    -- of state.identity's stem
    text_crc INTEGER NOT NULL,     -- of what the word tables hold of it
    row_crc INTEGER NOT NULL       -- of what a row of the list shows
);
CREATE INDEX story_folder ON story (folder);
CREATE INDEX story_path ON story (path_hash);
-- Covers the whole catalogue and most tests of a query: one walk over it answers them.
CREATE INDEX story_order ON story (published_us DESC, quality, flags, topicset, outlet, kind);
CREATE INDEX story_url ON story (url_hash) WHERE url_hash <> 0;
CREATE INDEX story_stem ON story (stem_hash);

-- Stories with the same topics share a row here: few combinations occur, whatever the archive's size.
CREATE TABLE topicset (id INTEGER PRIMARY KEY, names TEXT NOT NULL UNIQUE);  -- names as a JSON list
-- The same for their providers and types.
CREATE TABLE outlet (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, domain TEXT NOT NULL, UNIQUE (name, domain)
);
CREATE TABLE kind (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

-- Texts as reader.query.text prepares them: what is not ASCII is folded there, the rest by the tokenizer,
-- which takes the sign between two texts for a word. No text is kept beside them. Title comes second: a word
-- in the first column takes two bytes less.
CREATE VIRTUAL TABLE story_words USING fts5(
    rest, title, content='', columnsize=0, detail=full, tokenize="ascii tokenchars '{{SEPARATOR}}'"
);
-- The first three letters of each word: what is found while one begins to type. FTS5 adds what they
-- begin with themselves.
CREATE VIRTUAL TABLE story_starts USING fts5(
    starts, content='', columnsize=0, detail=none, tokenize='ascii', prefix='1 2'
);
-- A batch of stories makes a segment: so much of it is gathered in memory, in bytes. So many segments are
-- merged at once, and never all in one transaction. A search looks into each, which takes less time than
-- merging more often would.
INSERT INTO story_words (story_words, rank)
    VALUES ('hashsize', {GATHERED}), ('automerge', 32), ('crisismerge', 64);
INSERT INTO story_starts (story_starts, rank)
    VALUES ('hashsize', {GATHERED}), ('automerge', 32), ('crisismerge', 64);
-- Words can be taken back only by whoever still has the old text. So a text that changes is written again
-- under a number of its own, and what stands under the story's row or an older number counts no more.
CREATE TABLE newer_text (doc INTEGER PRIMARY KEY AUTOINCREMENT, row INTEGER NOT NULL UNIQUE);
INSERT INTO sqlite_sequence (name, seq) VALUES ('newer_text', {NEWER_DOC});

CREATE TABLE topic_file (name TEXT NOT NULL, parent TEXT NOT NULL, shortname TEXT NOT NULL);
-- Files that are no story (a README, a plain text): remembered so that they are not read again.
CREATE TABLE other_file (
    path BLOB PRIMARY KEY, folder INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, size INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX other_folder ON other_file (folder);
CREATE TABLE problem (
    path BLOB NOT NULL, line INTEGER NOT NULL, reason TEXT NOT NULL, kind TEXT NOT NULL,
    origin TEXT NOT NULL           -- 'story', 'scan' or 'topics': who found it, and so who replaces it
);
CREATE INDEX problem_path ON problem (path);
"""
