"""formgrader's own pages: names are shown as text, and the menu leads to a lesson's insights. Its feedback buttons make the pages again
that have changed. Imported where formgrader runs."""

from __future__ import annotations

from datetime import date
from functools import partial, partialmethod
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from nbgrader.apps.api import NbGraderAPI
from nbgrader.server_extensions.formgrader import formgrader, handlers
from nbgrader.server_extensions.formgrader.base import BaseHandler, check_notebook_dir, check_xsrf
from tornado import web

LAST_OF_MENU = 'Manage Students</a></li>'  # in each of nbgrader's templates with a menu
GENERATE_FEEDBACK = NbGraderAPI.generate_feedback
LINK = '\n<li role="presentation"><a href="{{ base_url }}/formgrader/insights">Insights</a></li>'


def adapt() -> None:
    """formgrader draws its lists without escaping a student's id and name, and has no setting for its menu. It reads this configuration
    before it makes the environment for its templates and adds its handlers, so both can still be told."""
    formgrader.Environment = partial(Environment, autoescape=True)
    formgrader.FileSystemLoader = Templates
    NbGraderAPI.generate_feedback = partialmethod(GENERATE_FEEDBACK, force=False)  # what has changed is known: see made_from.py
    if InsightsList not in [handler for _, handler, *_ in handlers.default_handlers]:  # the configuration is read more than once
        handlers.default_handlers += [(r"/formgrader/insights/?", InsightsList), (r"/formgrader/insights/([^/]+)/?", InsightsPage)]


class Templates(FileSystemLoader):
    """nbgrader's templates with one more entry in the menu, and our own."""

    def __init__(self, folders: list[str]):
        super().__init__([*folders, str(Path(__file__).parent)])

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Any]:
        """jinja's method."""
        source, *rest = super().get_source(environment, template)
        return source.replace(LAST_OF_MENU, LAST_OF_MENU + LINK), *rest


class InsightsList(BaseHandler):
    """The lessons with graded work."""

    @web.authenticated
    @check_xsrf
    @check_notebook_dir
    def get(self) -> None:
        graded = Path(self.coursedir.format_path(self.coursedir.autograded_directory, "*", "*"))
        lessons = sorted({folder.name for folder in Path(graded.anchor).glob(str(graded.relative_to(graded.anchor)))
                          if not folder.name.startswith(".")})  # see unfinished.py
        self.write(self.render("insights.tpl", base_url=self.base_url, lessons=lessons, problem=""))


class InsightsPage(BaseHandler):
    """What a class got wrong in one lesson, as of now and without names."""

    @web.authenticated
    @check_xsrf
    @check_notebook_dir
    def get(self, lesson: str) -> None:
        from autograder.insights.insights import insights  # imports torch
        from autograder.insights.page import page
        from autograder.submission import notebook

        try:
            self.write(page(insights(self.coursedir, notebook.lesson(lesson)), False, date.today()))
        except ValueError as error:
            self.write(self.render("insights.tpl", base_url=self.base_url, lessons=[], problem=str(error)))
