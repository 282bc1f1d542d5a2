"""`lms courses check`: needs no data folder and no database."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from lms.courses.cli.sources import Unreadable, courses_in, read_course_files
from lms.domain.faults import Fault
from lms.domain.formats.checker import CheckReport
from lms.domain.formats.checker import check as check_files
from lms.domain.formats.packages import PackageRefused
from lms.infra.readers import READERS


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found of one course: a report, or why there is none."""

    path: Path
    report: CheckReport | None = None
    refusal: str = ""
    unreadable: str = ""

    @property
    def status(self) -> int:
        """Return the exit status that this finding asks for."""
        if self.unreadable:
            return 2
        return 0 if self.report is not None and self.report.is_valid else 1


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Write what was found as JSON.")
def check(paths: tuple[Path, ...], as_json: bool) -> None:
    """Check courses, packages (.zip) or folders of courses, and print every fault and warning.

    Exits with 1 when there is a fault or a package is refused, with 2 when a path cannot be read.
    """
    findings = [finding for path in paths for finding in _examine(path)]
    if as_json:
        click.echo(json.dumps([_plain(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            tell(finding)
        _sum_up(findings)
    sys.exit(max(finding.status for finding in findings))


def _examine(path: Path) -> Iterator[Finding]:
    try:
        found = courses_in(path)
    except Unreadable as error:
        yield Finding(path=path, unreadable=str(error))
        return
    for course in found:
        try:
            yield Finding(path=course, report=check_files(read_course_files(course), READERS))
        except PackageRefused as refusal:
            yield Finding(path=course, refusal=str(refusal))
        except Unreadable as error:
            yield Finding(path=course, unreadable=str(error))


def tell(finding: Finding) -> None:
    """Print a finding, a line a fault and a warning."""
    if finding.unreadable:
        click.echo(f"{finding.path}: {finding.unreadable}", err=True)
    elif finding.refusal:
        click.echo(f"{finding.path}: {finding.refusal}")
    elif finding.report is not None:
        for fault in sorted((*finding.report.faults, *finding.report.warnings)):
            click.echo(line_of(finding.path, fault))


def line_of(path: Path, fault: Fault) -> str:
    """Return the line that tells of a fault or a warning."""
    mark = "warning: " if fault.severity == "warning" else ""
    return f"{path / fault.path}:{fault.line}: {mark}{fault.message}"


def _sum_up(findings: list[Finding]) -> None:
    reports = [finding.report for finding in findings if finding.report]
    faults = sum(len(report.faults) for report in reports) + sum(bool(finding.refusal) for finding in findings)
    warnings = sum(len(report.warnings) for report in reports)
    courses = sum(not finding.unreadable for finding in findings)
    counted = ((courses, "course"), (faults, "fault"), (warnings, "warning"))
    click.echo(", ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in counted), err=True)


def _plain(finding: Finding) -> dict[str, Any]:
    report = finding.report
    return {
        "path": str(finding.path),
        "course": report.course.id if report and report.course else None,
        "valid": finding.status == 0,
        "refused": finding.refusal or finding.unreadable or None,
        "faults": [_plain_fault(fault) for fault in report.faults] if report else [],
        "warnings": [_plain_fault(fault) for fault in report.warnings] if report else [],
    }


def _plain_fault(fault: Fault) -> dict[str, Any]:
    return {"path": fault.path, "line": fault.line, "message": fault.message}
