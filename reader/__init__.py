"""newsreader: a terminal reader for news archives kept as plain Markdown files."""

__version__ = "0.1.0"
