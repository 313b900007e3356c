"""The marks of the reader, which must never be lost: an append-only log and what it means."""
