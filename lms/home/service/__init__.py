"""Demonstrations: the accounts that everybody may use, and a year of sixty learners; every name is invented."""

from __future__ import annotations

from lms.home.service.accounts import FINISHED, PASSWORD, create_demo
from lms.home.service.history import create_history

__all__ = ["FINISHED", "PASSWORD", "create_demo", "create_history"]
