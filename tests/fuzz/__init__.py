"""Bytes that a fuzzer thinks up, thrown at what reads text from outside: ``python -m tests.fuzz --help``."""
