"""Checks across the files of a course, one module a concern."""
