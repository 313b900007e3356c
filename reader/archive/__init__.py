"""Markdown files: from a folder on disk to stories. Nothing here writes."""
