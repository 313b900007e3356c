"""Every exception newsreader raises on purpose.

::

    NewsreaderError
    ├── UsageError            wrong use: a path that is not there, an option that does not exist
    │   └── QueryError        a search that cannot be meant, with the place of the mistake
    ├── ConfigError           the config file cannot be read at all
    │   └── OvertakenError    what is to be taken back was changed by someone else meanwhile
    ├── ArchiveError          a folder of stories cannot be opened
    ├── StoryFileError        one story file cannot be read (vanished, unreadable, not a file)
    ├── StateError            the marks file cannot be read or written
    ├── IndexFileError        the index cannot be read or written; it may be deleted at any time
    └── LinkError             an address that will not be opened

Each names the thing and, where there is one, the next step. A story that is merely damaged is no
exception: it is a `reader.model.Problem`, collected and shown.
"""


class NewsreaderError(Exception):
    """Anything newsreader can explain in one sentence; ``str()`` is that sentence."""


class UsageError(NewsreaderError):
    """The command line asks for something that is not there; exit code 2."""


class QueryError(UsageError):
    """A query that cannot be meant.

    Args:
        message: What is wrong, without a full stop.
        position: Where in the query, 0 and up.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class ConfigError(NewsreaderError):
    """The config file cannot be read as a whole; exit code 2."""


class OvertakenError(ConfigError):
    """Something cannot be taken back, or done again: it would take away what someone else wrote since."""


class ArchiveError(NewsreaderError):
    """An archive cannot be opened: no such folder, or no story in it."""


class StoryFileError(NewsreaderError):
    """A story file cannot be read now."""


class StateError(NewsreaderError):
    """The marks cannot be read or written."""


class IndexFileError(NewsreaderError):
    """The index file cannot be used; deleting it costs nothing but a rescan."""


class LinkError(NewsreaderError):
    """An address that is not opened or copied: not http or https, or malformed."""


class BrowserError(LinkError):
    """Nothing here can open an address that is fine by itself."""
