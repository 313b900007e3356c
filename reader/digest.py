"""`hashlib.blake2b` without the rest of hashlib, which loads OpenSSL: 2 ms of every start."""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # a Python that is built without it, or keeps it elsewhere
    from hashlib import blake2b

__all__ = ["blake2b"]
