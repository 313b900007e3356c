"""The event loop, without the TLS that nothing here speaks.

To load OpenSSL takes 2 % of the start and 3 MB. asyncio does without it where it cannot be imported, as in a
Python that was built without.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio


def new_event_loop() -> asyncio.AbstractEventLoop:
    """A new loop, set for this thread; call it before anything else imports asyncio."""
    modules: dict[str, Any] = sys.modules
    is_hidden = modules.setdefault("ssl", None) is None
    try:
        import asyncio
    finally:
        if is_hidden:
            del modules["ssl"]
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop
