"""The visible check of an exercise: `check(SEBlock)` in a notebook."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import Tensor

from .. import lesson_files
from ..checking.ask.observe import namespace_of, observe
from ..checking.ask.usual import as_usual
from ..checking.form.protocol import Answer, Question
from ..checking.known import recorded
from ..checking.verdict import only_data
from ..checking.verdict.judging import Ask, judge
from ..checking.verdict.report import Report
from ..checking.verdict.verdict import Verdict
from ..shell import notebook
from . import progress, puzzle
from .repairs import verdict_if_leaning


def check(thing: Callable, picture: bool = False) -> Points:
    """Checks one exercise on the lesson's recorded inputs, shows the report, and returns the points.

    Its value is the number of points. If the call is the last line of a cell, the notebook draws that number as the
    report.

    thing: your function or class, which has the name that the exercise asks for.
    picture: True also draws your output, the expected one and their difference, if both are tensors of the same shape.

    Raises FileNotFoundError if neither the library nor the notebook's folder has checks of this lesson. Raises
    ValueError for a name that the lesson does not ask for.
    """
    verdict = verdict_on(thing, lesson_files.checks(Path.cwd(), getattr(thing, "__name__", "")))
    _note_what_helps(verdict, thing)
    points, below = Points(verdict.points), _picture(verdict) if picture else []
    points.report = OpeningHint(verdict)
    if shell := notebook():
        _show_rest()  # of an earlier check in this cell
        _waiting.append((points, below))
        shell.events.register("post_run_cell", _show_rest)
    else:
        print(points.report, *below, sep="\n")
    return points


class Points(float):
    """The number of points that a check gives. A notebook draws it as the report; as text it is the plain number that
    nbgrader reads."""

    report: Report
    shown = False  # has the report been drawn?

    def _repr_html_(self) -> str:
        self.shown = True
        return self.report._repr_html_()


# The page's hints are in a cell of their own, below the check. If no script is run, the report's last line names the
# hint. A hint that an earlier report opened is closed again; a hint that the learner opened is left open.
OPEN_HINT = """
((number) => {
  let cell = document.currentScript.closest(".jp-Cell");
  for (let below = 0; cell && below < 2; below++) {
    cell = cell.nextElementSibling;
    for (const hint of cell ? cell.querySelectorAll("details") : []) {
      const named = hint.querySelector("summary").textContent.startsWith(`Hint ${number}:`);
      if (hint.dataset.opened) hint.open = false;
      if (named && !hint.open) Object.assign(hint, {open: true}).dataset.opened = "by a report";
    }
  }
})"""


class OpeningHint(Report):
    """A report that opens the hint for the mistake that it names. It closes the hint that an earlier report opened."""

    def _repr_html_(self) -> str:
        return f"<div>{super()._repr_html_()}<script>{OPEN_HINT}({int(self.verdict.hint)});</script></div>"


# A layer that a headline calls right, or whose input is wrong by what happens between two layers: a hint about the
# layer does not help.
NOT_MEANT = re.compile(r"`[^`]*` is right; |in the input of `[^`]*`(: the output of `[^`]*`)?")
_waiting: list[tuple[Points, list]] = []  # checks of the running cell, each with the pictures below its report


def _show_rest(_result: Any = None) -> None:
    """Shows pictures and reports at the end of a cell. If the cell's value is a report, it shows itself. Here the
    others are shown, so a check need not be the last line."""
    from IPython.display import display  # in a notebook only

    while _waiting:
        points, below = _waiting.pop(0)
        for thing in below if points.shown else [points.report, *below]:
            display(thing)


def _picture(verdict: Verdict) -> list:
    """Returns a list with one figure, your output beside the expected one. If there is nothing to draw, it prints why
    and returns an empty list."""
    if verdict.shown:
        from ..pictures import yours_against_expected  # matplotlib takes longer to import than a check takes

        return [yours_against_expected(*verdict.shown)]
    right = verdict.points == verdict.max_points
    print("No picture:", "nothing differs." if right else "there is no wrong output to draw.")
    return []


def _note_what_helps(verdict: Verdict, thing: Callable) -> None:
    """Remembers the points, and adds to the report what may help and how often this exercise was tried."""
    now, new = progress.remember(Path.cwd(), verdict, progress.digest(thing))
    if lesson_files.two(Path.cwd(), verdict.exercise):
        used = "folder" if lesson_files.checks(Path.cwd(), verdict.exercise).parent == Path.cwd() else "library"
        verdict.notes.append(f"The library and the folder `{recorded.FOLDER}` beside this notebook have different "
                             f"checks of {verdict.exercise}. The newer one was used: the {used}'s.")
    if verdict.points == verdict.max_points:
        if new and now.tries > 1:
            verdict.notes.append(f"Solved on try {now.tries}.")
        return
    helps = [f"Hint {verdict.hint}, below, is about this."] if verdict.hint else []
    if len(now.failed) >= puzzle.TRIES:
        ways = _ways_out(verdict)
        helps += [" ".join(["Stuck?", *ways])] if ways else []
        helps.append(f"Do you think that the check is wrong? After `from attention_lab import report_problem`, "
                     f"`report_problem({verdict.exercise})` writes a file that lets a maintainer look into it.")
    if helps and now.tries > 1:
        helps[0] = f"This is try {now.tries}. {helps[0]}"
    verdict.notes += helps


def _ways_out(verdict: Verdict) -> list[str]:
    """Returns sentences that tell a learner who has tried several times what else can be done."""
    name, ways = verdict.exercise, []
    if not verdict.mistake and _is_map(verdict):
        ways.append(f"In a new cell, `check({name}, picture=True)` draws your output beside the expected one.")
    if puzzle.available(lesson_files.part(Path.cwd(), name).lesson):
        ways.append(f"After `from attention_lab import puzzle, solution`, `puzzle({name})` gives you the lines of our "
                    f"answer to put in order, and `solution({name})` shows it whole.")
    return ways


def _is_map(verdict: Verdict) -> bool:
    """Says whether a picture is worth looking at: the output is a tensor of the expected shape, with more axes than
    batch and channels."""
    if not verdict.shown:
        return False
    got, expected = verdict.shown
    return got.shape == expected.shape and got.ndim > 2


@as_usual
def verdict_on(thing: Callable, checks: Path) -> Verdict:
    """Returns the verdict on `thing` from the recorded checks in the folder `checks`.

    Earlier exercises that `thing` uses are looked up among the global names of the place where it was defined.
    """
    known, name = recorded.parts(checks), getattr(thing, "__name__", "")
    if not known:
        raise FileNotFoundError(f"no checks in {checks}: run the first cell of the lesson's notebook, which says what "
                                "is missing")
    if name not in known and (made := type(thing).__name__) in known:
        raise ValueError(f"this is an object that `{made}` made. Check the class, without the parentheses: "
                         f"check({made})")
    if name not in known:
        shown = f"`{name}`" if name else f"an object of type {type(thing).__name__}"
        raise ValueError(f"{shown} is not an exercise of this lesson. Check one that you wrote with def or class under "
                         f"its own name: {', '.join(known)}")
    namespace = namespace_of(thing)
    exercise = _loaded(checks, name, namespace)
    verdict = verdict_if_leaning(exercise, thing, namespace) or judge(exercise, asker(thing, namespace))
    if verdict.started and verdict.points < verdict.max_points:
        verdict.hint = exercise.hints.get(verdict.mistake, 0) if verdict.mistake else _hint(
            exercise.hints, NOT_MEANT.sub("", verdict.headline))
        _blame_earlier(verdict, exercise.uses, checks, namespace)
    if not verdict.started and _was_written(name, namespace.get("In")):
        verdict.headline += (f" (You ran another definition of `{name}` before, and the one with the gap took its "
                             "place. Delete the gap, and run yours again.)")
    return verdict


def _hint(hints: dict[str, int], headline: str) -> int:
    """Returns the number of the page's hint about a headline, which the longest part says that is in it; 0 if none
    is."""
    return hints.get(max((part for part in hints if part in headline), key=len, default=""), 0)


def _was_written(name: str, cells: object) -> bool:
    """Says whether a cell that ran in this kernel defines an exercise without a gap. cells: IPython's list of them."""
    begin = re.compile(rf"^(?:def|class) {name}\b", re.MULTILINE)
    return isinstance(cells, list) and any(isinstance(cell, str) and begin.search(cell)
                                           and "NotImplementedError" not in cell for cell in cells)


def _loaded(checks: Path, name: str, namespace: dict[str, Any]) -> recorded.RecordedExercise:
    """Loads the checks of an exercise, which may come from a stranger.

    Raises ValueError if they hold more than data, or if they would call anything of the notebook but the lesson's
    exercises and what this one is built from.
    """
    exercise = recorded.load(checks, name)
    known = {*recorded.parts(checks), *exercise.uses}
    again = f"take the folder `{checks.name}` from the course again"
    if problem := only_data.problem(exercise):
        raise ValueError(f"the check of {name} is not as it was recorded: {problem}; {again}")
    for other in {other for case in exercise.cases for other in only_data.named(case.question)}:
        if other not in known or other in namespace and not only_data.defined_in(namespace, namespace[other]):
            raise ValueError(f"the check of {name} asks for {other[:60]!r}, which is not an exercise that this "
                             f"notebook defines; {again}")
    return exercise


def asker(thing: Callable, namespace: dict[str, Any]) -> Ask:
    """Returns a function that puts questions to `thing` in this process. namespace: the learner's global names."""
    asked: list[bool] = []

    def ask(question: Question, tensors: dict[str, Tensor]) -> Answer:
        # What a learner's code prints is shown once, not once for each question.
        with contextlib.redirect_stdout(io.StringIO()) if asked else contextlib.nullcontext():
            asked.append(True)
            return observe(thing, question, tensors, namespace)
    return ask


def _blame_earlier(verdict: Verdict, uses: list[str], checks: Path, namespace: dict[str, Any]) -> None:
    """Adds a note if an exercise that this one uses is not right yet, because that one has to be repaired first."""
    known = recorded.parts(checks)
    for name in [name for name in uses if name in known]:  # not those of another lesson
        piece = namespace.get(name)
        if piece is None or not only_data.defined_in(namespace, piece) or piece.__name__ != name:
            continue
        earlier = judge(_loaded(checks, name, namespace), asker(piece, namespace))
        if earlier.points < earlier.max_points:
            verdict.evidence.insert(0, verdict.headline)
            verdict.headline = (f"`{name}`, an earlier exercise, does not pass its own check yet"
                                f"{'' if earlier.started else ' (it is not implemented)'}: repair it first, then "
                                "check this one again.")
            verdict.specific = True
            return
