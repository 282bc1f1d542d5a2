"""Adapters to the outside: database, queue, mail, files, Markdown. They know no feature."""
