"""A demonstration: sixty learners of six invented museums over a year, decided by a seed and told step by step.

Everything here is invented. What is decided here is carried out by the services that learners and trainers use.
"""

from __future__ import annotations

from lms.domain.demonstration.groups import PILOT
from lms.domain.demonstration.people import ADMIN, LEARNER, STAFF, Person
from lms.domain.demonstration.pilot import first_edition
from lms.domain.demonstration.year import Plan, begins, make_plan

__all__ = ["ADMIN", "LEARNER", "PILOT", "STAFF", "Person", "Plan", "begins", "first_edition", "make_plan"]
