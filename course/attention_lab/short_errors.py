"""Errors of one line: what a learner typed can't be taken, and where in the library that was found would tell them
nothing."""

from __future__ import annotations


class OneLine:
    """Beside an exception's class: in a notebook the error is shown without a traceback."""

    def _render_traceback_(self) -> list[str]:  # IPython's name
        return [f"{type(self).__name__}: {self}"]


class Unusable(OneLine, ValueError):
    """An argument that has another form than what is asked for, or is none of those that there are."""
