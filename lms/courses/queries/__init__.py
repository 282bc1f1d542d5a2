"""Reading courses: trees by version, the catalogue, versions and their files, small plans."""

from __future__ import annotations

from lms.courses.queries.catalogue import (
    Choices,
    CourseRow,
    Filters,
    Standing,
    count_choices,
    count_published,
    find_published,
    list_published,
)
from lms.courses.queries.plans import mini_plan
from lms.courses.queries.trees import get_tree, version_files
from lms.courses.queries.versions import (
    ManagedCourse,
    VersionRow,
    find_course,
    find_newest,
    find_published_version,
    find_served,
    find_version,
    find_version_by_ordinal,
    get_highest_number,
    list_managed,
    list_versions,
)

__all__ = [
    "Choices",
    "CourseRow",
    "Filters",
    "ManagedCourse",
    "Standing",
    "VersionRow",
    "count_choices",
    "count_published",
    "find_course",
    "find_newest",
    "find_published",
    "find_published_version",
    "find_served",
    "find_version",
    "find_version_by_ordinal",
    "get_highest_number",
    "get_tree",
    "list_managed",
    "list_published",
    "list_versions",
    "mini_plan",
    "version_files",
]
