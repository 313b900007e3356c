"""The index in SQLite: a cache of what the files say, which may be deleted at any time."""
