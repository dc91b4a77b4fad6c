"""Errors that are shown in one line. Something that a learner typed cannot be used, and the traceback inside the
library would not help them."""

from __future__ import annotations


class OneLine:
    """A second base class for exceptions. A notebook shows such an error without a traceback."""

    def _render_traceback_(self) -> list[str]:  # IPython's name
        return [f"{type(self).__name__}: {self}"]


class Unusable(OneLine, ValueError):
    """An argument has a form that is not allowed, or is not one of the possible values."""
