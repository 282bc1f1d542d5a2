"""Pure decisions: what a course, a grade, a completion and a certificate are. Standard library only."""
