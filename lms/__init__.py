"""Vitrine: courses, quizzes and verifiable certificates for people who work in museums."""
