"""What the index file looks like. There are no migrations: another version means delete and rebuild."""

from __future__ import annotations

from typing import Final

VERSION: Final = 1
"""Raised with every change of `SCHEMA` or of what is written into it, the parser's results included."""

UNPUBLISHED: Final = 4
HAS_RELATED: Final = 8
IS_VIDEO: Final = 16
"""Bits of ``story.flags``; 1 and 2 are left to the marks, which the index does not hold."""

SCHEMA: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- A row id is never used twice, so that a list drawn a moment ago cannot show another story.
CREATE TABLE story (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL,            -- os.fsencode, because a file name need not be text
    mtime_ns INTEGER NOT NULL,
    size INTEGER NOT NULL,
    published_us INTEGER,          -- microseconds since 1970 UTC; NULL: not known
    quality INTEGER,
    flags INTEGER NOT NULL,
    topicset INTEGER NOT NULL,
    is_published INTEGER,
    is_damaged INTEGER NOT NULL,
    related INTEGER NOT NULL,      -- number of entries in the file
    title TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    url TEXT NOT NULL,
    kind TEXT NOT NULL,
    provider TEXT NOT NULL,
    domain TEXT NOT NULL,
    url_hash INTEGER NOT NULL,     -- of links.url_key; 0: no link
    stem_hash INTEGER NOT NULL     -- of state.identity's stem
);
CREATE UNIQUE INDEX story_path ON story (path, mtime_ns, size);
-- Covers the whole catalogue: one walk over it gives every order, filter and count.
CREATE INDEX story_order ON story (published_us DESC, title COLLATE NOCASE, quality, flags, topicset);
CREATE INDEX story_url ON story (url_hash) WHERE url_hash <> 0;
CREATE INDEX story_stem ON story (stem_hash);

-- Stories with the same topics share a row here: few combinations occur, whatever the archive's size.
CREATE TABLE topicset (id INTEGER PRIMARY KEY, names TEXT NOT NULL UNIQUE);  -- names as a JSON list

CREATE TABLE topic_file (name TEXT NOT NULL, parent TEXT NOT NULL, shortname TEXT NOT NULL);
-- Files that are no story (a README, a plain text): remembered so that they are not read again.
CREATE TABLE other_file (
    path BLOB PRIMARY KEY, mtime_ns INTEGER NOT NULL, size INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE problem (
    path BLOB NOT NULL, line INTEGER NOT NULL, reason TEXT NOT NULL, kind TEXT NOT NULL,
    origin TEXT NOT NULL           -- 'story', 'scan' or 'topics': who found it, and so who replaces it
);
CREATE INDEX problem_path ON problem (path);
"""
