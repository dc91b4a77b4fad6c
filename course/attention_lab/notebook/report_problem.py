"""For a learner who believes that a check is wrong: `report_problem(SEBlock)` writes a file, from which a maintainer
can judge the exercise again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .. import lesson_files
from ..checking.ask.observe import namespace_of
from ..checking.verdict.report import score, text
from ..checking.verdict.verdict import Verdict
from ..shell import notebook
from ..short_errors import Unusable
from ..storage import write
from .check import verdict_on
from .machine import repository
from .needed import needed
from .problem import LARGEST, Problem, versions
from .puzzle import Shown

TEMPLATE = "A check or a grade"  # .github/ISSUE_TEMPLATE/a-check.md


def report_problem(exercise: Callable) -> Shown:
    """Writes a text file beside the notebook for a maintainer who looks into a check that you believe is wrong.

    The file holds the exercise's code with the helpers, values and imports that it uses, the report of the check, and
    versions. It holds nothing else.

    exercise: the function or class, as you pass it to `check`.

    Returns a text that says what to do with the file.

    Raises ValueError, with one sentence, if this is not an exercise of this lesson, is not written yet or has full
    points. It also raises one outside a notebook.
    """
    try:
        verdict = verdict_on(exercise, lesson_files.checks(Path.cwd(), getattr(exercise, "__name__", "")))
    except (ValueError, FileNotFoundError) as error:
        raise Unusable(str(error)) from None
    name = verdict.exercise
    if not verdict.started:
        raise Unusable(f"{name} is not written yet, so there is no verdict to report")
    if verdict.points == verdict.max_points:
        raise Unusable(f"{name} has full points, so there is nothing to report")
    problem = Problem(lesson_files.part(Path.cwd(), name).lesson, name, verdict.points,
                      verdict.max_points, versions(),
                      _without_paths(text(verdict)), _code(exercise, name))
    content, path = problem.text().encode("utf-8", "replace"), Path.cwd() / f"problem-{problem.lesson}-{name}.txt"
    if len(content) > LARGEST:
        raise Unusable(f"the code of {name}, with all that it uses, has more than {LARGEST:,} bytes: send only the "
                       "part that matters")
    try:
        write(path, content)
    except OSError as error:
        raise Unusable(f"{path.name} can't be written: {error.strerror}") from None
    return Shown(_what_now(path.name, verdict))


def _code(exercise: Callable, name: str) -> str:
    """Returns the exercise's code with everything that it uses. Raises ValueError if the cells that were run do not
    define all of it."""
    if not (shell := notebook()):
        raise Unusable("report_problem(...) takes the code from the cells that you have run: call it in a notebook")
    try:
        return needed(name, shell.history_manager.input_hist_parsed, namespace_of(exercise))
    except LookupError as missing:
        raise Unusable(f"none of the cells that you have run defines {missing.args[0]}: run its cell again, without a "
                       f"magic such as %%time, and then report_problem({name})") from None


def _without_paths(text: str) -> str:
    """Returns a report without the paths in an error's message, which tell where the notebook is and whose it may be.
    """
    for folder, shown in ((Path.cwd(), "."), (Path.home(), "~")):
        if folder != folder.parent:
            text = text.replace(str(folder), shown)
    return text


def _what_now(file: str, verdict: Verdict) -> str:
    points = score(verdict).partition(": ")[2].strip(".")
    return (f"{file} is written, beside this notebook. It holds the code of {verdict.exercise} with the helpers, "
            f"values and imports that it uses, the report ({points}), the versions of attention_lab, torch and "
            "Python, and the kind of system; nothing else. Please read it before you send it. In a class, send it to "
            f"your instructor. Otherwise {_address()}, attach the file, and say why you think that the check is wrong.")


def _address() -> str:
    """Says where to report problems."""
    where = f"at {address}/issues" if (address := repository()) else "in the course's repository"
    return f"open an issue of the kind “{TEMPLATE}” {where}"
