"""The sources of the pages: a process of tests reads each once. Nobody may change what it gets."""

from functools import cache

from nbformat import NotebookNode

from builder import build, notebooks


@cache
def _read(name: str) -> NotebookNode:
    return notebooks.read_source(next(lesson for lesson in build.lessons() if lesson.name == name))


def page(lesson: build.Lesson) -> NotebookNode:
    """The lesson's source as a notebook (notebooks.read_source)."""
    return _read(lesson.name)
