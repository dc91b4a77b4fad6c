"""Makes formgrader's pages safe: they show names as text and open files within bounds. The feedback buttons
make only the pages that have changed.

Two of formgrader's handlers open files below `autograded`. One shows a submission. The other serves the files beside
it, which may hold anything that a learner wrote, and which would come from the server's own address. Lists of
submissions open each `timestamp.txt` below `submitted`; see hand_in_time.py. All other handlers ask the gradebook, test
whether a file exists, or start a step that is configured like its command.

This module is imported only where formgrader runs. formgrader reads the configuration before it creates the
environment of its templates and adds its handlers, so both can be replaced; see replaced.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment
from nbconvert.exporters import HTMLExporter
from nbgrader.api import MissingEntry
from nbgrader.apps.api import NbGraderAPI
from nbgrader.server_extensions.formgrader import formgrader, handlers
from tornado import web

from autograder.classroom.nbgrader_plugin import settings
from autograder.classroom.nbgrader_plugin.student_folders import EXACTLY
from autograder.classroom.nbgrader_plugin.whose import is_ours
from autograder.intake.folders import LARGEST
from autograder.intake.plain_file import open_plain

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")  # not .svg, which can hold a script
Escaping = partial(Environment, autoescape=True)


def _of_one(step: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """Returns one of formgrader's steps, which takes an id of a lesson of ours for nothing else."""
    def of_one(api: NbGraderAPI, lesson: str, student: str | None = None, **named: Any) -> Any:
        return (step(api, lesson, student and EXACTLY + student, **named | options) if is_ours(lesson) else
                step(api, lesson, student, **named))
    return of_one


autograde = _of_one(NbGraderAPI.autograde)
generate_feedback = _of_one(NbGraderAPI.generate_feedback, force=False)  # what has changed is known: see made_from.py
release_feedback = _of_one(NbGraderAPI.release_feedback)


def is_adapted() -> bool:
    """Says whether formgrader's pages are these."""
    own = {formgrader.HTMLExporter, *(handler for _, handler, *_ in handlers.default_handlers)}
    return {SubmissionPage, SubmissionFiles} <= own and handlers.SubmissionFilesHandler not in own


class SubmissionPage(HTMLExporter):
    """Shows a graded notebook as a page. Of a lesson of ours, what is not a plain file, or is too large, gets one line
    as its answer, and the page runs nothing that a learner wrote."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        config = deepcopy(self.config)
        config.merge(settings())
        self.of_lessons = HTMLExporter(config=config)

    def from_filename(  # type: ignore[override]  # as in nbconvert's own exporters, what comes out is a text
            self, filename: str, resources: dict | None = None, **kw: Any) -> tuple[str, dict]:
        """Overrides nbconvert's method. resources: formgrader's, which name the assignment."""
        if not is_ours((resources or {}).get("assignment_id", "")):
            return super().from_filename(filename, resources, **kw)
        try:
            with open_plain(Path(filename)) as file:
                size = os.fstat(file.fileno()).st_size
        except OSError as error:
            raise web.HTTPError(404, f"The graded notebook can't be read: {error.strerror or error}") from error
        if size > LARGEST:
            raise web.HTTPError(413, f"The graded notebook has {size:,} bytes; at most {LARGEST:,} are read")
        return self.of_lessons.from_filename(filename, resources, **kw)


class SubmissionFiles(handlers.SubmissionFilesHandler):
    """Serves the files beside a graded notebook: only pictures, in which no script can run. A page that a learner wrote
    would have the instructor's rights on this server. Beside an assignment that is not ours, all files are served."""

    lesson = ""

    def parse_url_path(self, url_path: str) -> str:
        """Overrides tornado's method. The submission's folder is found by asking the original method for an empty path
        in it."""
        submission, _, _ = url_path.lstrip("/").partition("/")
        with suppress(MissingEntry):  # then nbgrader finds none either
            self.lesson = self.gradebook.find_submission_notebook_by_id(submission).assignment.assignment.name
        self.folder = super().parse_url_path(f"{submission}/")
        return super().parse_url_path(url_path)

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """Overrides tornado's method."""
        if not is_ours(self.lesson):
            return super().validate_absolute_path(root, absolute_path)
        path, folder = Path(absolute_path), Path(self.folder)
        try:
            inside = path.is_relative_to(folder) and path.resolve() == folder.resolve() / path.relative_to(folder)
            with open_plain(path) as file:
                small = os.fstat(file.fileno()).st_size <= LARGEST
        except OSError:
            inside = small = False
        if not inside or not small or path.suffix.lower() not in PICTURES:
            raise web.HTTPError(404, "Only pictures of a submission are shown")
        return super().validate_absolute_path(root, absolute_path)

    def set_extra_headers(self, path: str) -> None:
        """Overrides tornado's method."""
        if not is_ours(self.lesson):
            return
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
        self.set_header("X-Content-Type-Options", "nosniff")


HANDLERS = [(path, SubmissionFiles if handler is handlers.SubmissionFilesHandler else handler, *rest)
            for path, handler, *rest in handlers.default_handlers]
