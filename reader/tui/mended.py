"""What is wrong in Textual and would cost the reader memory."""

from __future__ import annotations

from functools import lru_cache

from textual._styles_cache import StylesCache


def let_go_of_closed_pages() -> None:
    """Have closed pages and palettes freed with all that was drawn of them, about 0.5 MB each.

    In Textual 8.2.8 the cache of `StylesCache.get_inner_outer` is keyed by the instance, which it takes for
    its class, and so keeps the drawn lines of the last thousand widgets.
    """
    kept = vars(StylesCache)["get_inner_outer"]
    if hasattr(kept, "cache_info"):
        plain = lru_cache(64)(kept.__wrapped__)
        StylesCache.get_inner_outer = classmethod(plain)  # type: ignore
