"""What a search asks for: its words, its parser, and its answer in SQL and in Python."""
