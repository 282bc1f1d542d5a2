"""Graded quizzes: attempts, answers, grading and review."""
