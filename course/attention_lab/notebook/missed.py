"""Says in one line which exercise of the page a cell misses: below its error, or, if it came to a gap that nobody has
filled, instead of the traceback."""

from __future__ import annotations

import inspect
import time
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from torch import nn

from .. import lesson_files
from ..checking.known import recorded
from ..shell import notebook

# "Run All" leaves the view at the page's end. A notebook that is opened again later stays where it is.
HERE = """<script>
if (Date.now() - {now} < 10000) document.currentScript.closest(".jp-Cell")?.scrollIntoView({{block: "center"}});
</script>"""


def watch() -> None:
    """Looks at every cell that stops with an error from now on. In a terminal or a script, nothing happens."""
    if (shell := notebook()) and not getattr(shell, "looks_for_missed_exercises", False):
        shell.looks_for_missed_exercises = True
        shell.events.register("post_run_cell", _say)
        shell.set_custom_exc((NotImplementedError,), _stop)


def _say(result: Any) -> None:
    shell = notebook()
    if shell and (sentence := missing(result.error_in_exec, Path.cwd(), shell.user_ns)):
        print(sentence)


def _stop(shell: Any, kind: type, error: BaseException, trace: TracebackType, tb_offset: int | None = None) -> None:
    """Shows the error of a cell that raised NotImplementedError. It stays an error, so "Run All" ends there."""
    if sentence := gap(error, Path.cwd(), shell.user_ns):
        shell.display_pub.publish({"text/html": HERE.format(now=round(time.time() * 1000)), "text/plain": ""})
        shell._showtraceback(kind, error, [sentence])
    else:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def gap(error: BaseException, folder: Path, namespace: dict[str, Any]) -> str:
    """Returns which exercise still is the gap with which the page was handed out, if a cell came to it; otherwise an
    empty text. An error with a message is somebody's own."""
    frame = _last_cell(error, namespace)
    if error.args or frame is None:
        return ""
    name = frame.f_code.co_qualname.partition(".")[0]
    try:
        known = recorded.parts(lesson_files.checks(folder))
    except ValueError:
        return ""
    return (f"`{name}` is still to be written: fill its gap, run its cell, then go on from here."
            if name in known else "")


def missing(error: BaseException | None, folder: Path, namespace: dict[str, Any]) -> str:
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
    frame, step = None, error.__traceback__
    while step is not None:
        frame, step = step.tb_frame if step.tb_frame.f_globals is namespace else frame, step.tb_next
    return frame
