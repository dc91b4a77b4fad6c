"""Whose an assignment is. A clone's course has lessons of ours alone. In any other course, what is not a lesson of ours
is stock nbgrader's."""

from __future__ import annotations

from typing import Any

from autograder.lessons.course import lessons, own_lessons

_alone = True


def share_the_course(shared: bool) -> None:
    """Says whether the course has assignments of an instructor's own, too."""
    global _alone
    _alone = not shared


def is_ours(assignment: str) -> bool:
    """Says whether our steps are taken for an assignment. A command without an assignment is for all of them."""
    return _alone or not assignment or assignment in {lesson.name for lesson in [*lessons(), *own_lessons()]}


def asked_for_ours(options: dict[str, Any]) -> bool:
    """Says the same of what one of nbgrader's objects is made from: a course's directory, or a command that has one."""
    coursedir = options.get("coursedir") or getattr(options.get("parent"), "coursedir", None)
    return is_ours(coursedir.assignment_id if coursedir else "")
