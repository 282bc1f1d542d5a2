"""Courses as people find them: files, versions, the catalogue and media."""
