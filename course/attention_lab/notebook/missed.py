"""Says in one line, below an error of a cell, which exercise of the page it misses. The error stays as it is."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import FrameType
from typing import Any

from torch import nn

from .. import lesson_files
from ..checking.known import recorded
from .check import _notebook


def watch() -> None:
    """Looks at every cell that stops with an error from now on. In a terminal or a script, nothing happens."""
    if (shell := _notebook()) and not getattr(shell, "looks_for_missed_exercises", False):
        shell.looks_for_missed_exercises = True
        shell.events.register("post_run_cell", _say)


def _say(result: Any) -> None:
    shell = _notebook()
    if shell and (said := missed(result.error_in_exec, Path.cwd(), shell.user_ns)):
        print(said)


def missed(error: BaseException | None, folder: Path, namespace: dict[str, Any]) -> str:
    """Returns what a cell misses: an exercise whose cell was not run, or the page's name of a layer. Returns an empty
    text if it stopped for another reason, or if the error is in the exercise's own code.

    folder: the notebook's.
    namespace: the notebook's global names.
    """
    if not isinstance(error, NameError | AttributeError):
        return ""
    try:
        known = recorded.parts(lesson_files.checks(folder))
    except ValueError:  # damaged checks: a check itself says so
        return ""
    frame = _last_cell(error, namespace)
    if isinstance(error, NameError):
        return (f"`{error.name}` is an exercise whose cell has not run yet: run it (or all cells above), then this "
                "one again.") if error.name in known else ""
    kind = type(error.obj).__name__
    if kind not in known or not isinstance(error.obj, nn.Module) or not inspect.isclass(namespace.get(kind)):
        return ""
    if frame is None or frame.f_locals.get("self") is error.obj:
        return ""
    return (f"This cell uses the page's name `{error.name}`, and your `{kind}` has nothing of that name: give your "
            f"layer this name (`self.{error.name}`), and run both cells again.")


def _last_cell(error: BaseException, namespace: dict[str, Any]) -> FrameType | None:
    """Returns the frame of a cell's own code in which an error arose."""
    found, step = None, error.__traceback__
    while step is not None:
        found, step = step.tb_frame if step.tb_frame.f_globals is namespace else found, step.tb_next
    return found
