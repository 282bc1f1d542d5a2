"""The checker: every fault and warning of a course, in one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lms.domain.faults import Fault
from lms.domain.formats.checks.certificate import check_certificate
from lms.domain.formats.checks.questioning import check_questions
from lms.domain.formats.checks.references import check_references, check_unused
from lms.domain.formats.checks.structure import check_structure
from lms.domain.formats.checks.translations import check_translations
from lms.domain.formats.coursefiles import open_course
from lms.domain.formats.readers import Readers
from lms.domain.outline import Course


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What the checker found; a course with faults is not published. `course` is None when it has no frame."""

    course: Course | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    kept_back: frozenset[str]
    """Files that are for the certificate alone, such as signatures: nobody may fetch them by an address."""

    @property
    def is_valid(self) -> bool:
        """Tell whether there is no fault."""
        return not self.faults


def check(files: Mapping[str, bytes], readers: Readers) -> CheckReport:
    """Check everything that the course format asks for."""
    opened = open_course(files, readers)
    faults = opened.session.faults
    check_structure(opened, faults)
    check_questions(opened, faults)
    used = check_references(opened, faults)
    kept_back = check_certificate(opened, used, faults)
    check_unused(opened, used, faults)
    check_translations(opened, faults)
    found = faults.sorted()
    return CheckReport(
        opened.course,
        tuple(fault for fault in found if fault.severity == "fault"),
        tuple(fault for fault in found if fault.severity == "warning"),
        kept_back,
    )
