"""`autograder replay`: judges again an exercise that a learner reported with `report_problem(...)`, and shows the
verdict beside the one in the report."""

from __future__ import annotations

from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook
from rich.console import Console
from rich.text import Text

from attention_lab.checking.verdict.report import number, text
from attention_lab.checking.verdict.verdict import Verdict
from attention_lab.notebook.problem import Problem, versions
from autograder.classroom.pool import Pool
from autograder.classroom.ready import get_ready
from autograder.intake import problems
from autograder.judge.session import UNDEFINED
from autograder.judge.settings import Settings
from autograder.outward import count, on_terminal
from autograder.submission import notebook

MOST_LINES, LONGEST = 200, 20_000  # lines and characters of a verdict that are shown
NEAR = 0.01  # points are written down with six digits


def replay(path: Path, isolation: str, console: Console) -> int:
    """Shows what the check said, and what the judge says now. Returns the command's exit status: 0 if both give the
    same points, else 1.

    Raises ValueError if the file can't be read or judged. Raises NoLayers and NoRoom as the pool does.
    """
    get_ready(isolation)
    problem = problems.read(path)
    known = notebook.lesson(problem.lesson)
    if problem.exercise not in [slot.name for slot in known.exercises]:
        raise ValueError(f"{path} is about {problem.exercise}, which is not an exercise of {problem.lesson}")
    said = _judged(problem, isolation, console)
    if said.headline.startswith(UNDEFINED):
        raise ValueError(f"{path} holds no code of {problem.exercise} that could be judged: {said.headline}")
    _say(console, f"{problem.exercise} of {problem.lesson}, the check that the learner ran:", problem.verdict)
    _say(console, "the judge's hidden questions, now:", text(said))
    agree = abs(said.points - problem.points) < NEAR and abs(said.max_points - problem.most) < NEAR
    points = (
        f"{number(problem.points)} of {count(problem.most, 'point')}",
        f"{number(said.points)} of {count(said.max_points, 'point')}",
    )
    _say(console, f"They agree: {points[0]}." if agree else
         f"They do NOT agree: the check gave {points[0]}, the judge gives {points[1]}.")
    _say(console, _versions(problem))
    return int(not agree)


def _judged(problem: Problem, isolation: str, console: Console) -> Verdict:
    """Returns the verdict on the code in the file. Other code of the learner is missing, because it was not sent.
    Raises ValueError if there is no verdict."""
    sent = new_notebook(cells=[new_code_cell(problem.code)])
    with Pool(1, Settings(isolation), say=lambda said: _say(console, said)) as pool:
        result = pool.submit(sent, problem.lesson).result()
    if result.error:
        raise ValueError(f"{problem.exercise} could not be judged: {result.error}")
    return result.verdicts[problem.exercise]


def _versions(problem: Problem) -> str:
    here = versions()
    other = [f"{name} {problem.versions[name]} there, {here[name]} here" for name in here
             if problem.versions[name] != here[name]]
    return f"Versions that differ: {'; '.join(other)}." if other else "The versions are the same."


def _say(console: Console, said: str, below: str = "") -> None:
    """Prints a line, and below it a text of several lines, each of them indented. Only the beginning of a very long
    text is printed."""
    lines = on_terminal(below[:LONGEST], lines=True).split("\n") if below else []
    cut = ["... (the rest is in the file)"] if len(below) > LONGEST or lines[MOST_LINES:] else []
    console.print(Text(on_terminal(said)), soft_wrap=True)
    for line in [*lines[:MOST_LINES], *cut]:
        console.print(Text(f"    {line}"), soft_wrap=True)
