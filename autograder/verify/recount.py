"""Builds the networks of the papers' tables in the sandbox, from the notebooks that somebody handed in, and counts
their parameters there.

Each lesson has a worker of its own, which is given that lesson's notebook and nothing else. Its answer is bounded and
has the right names, but it is still the word of a learner's process: see docs/protocol.md.
"""

from __future__ import annotations

import time
from pathlib import Path

from nbformat import NotebookNode

from attention_lab.networks.paper_tables import CAPSTONE, ROWS, PaperTable, Row
from autograder.intake.files import read
from autograder.judge.session import Session
from autograder.sandbox import limits, validation
from autograder.sandbox.budget import Budget
from autograder.sandbox.sandbox import Died, Sandbox
from autograder.submission import notebook
from autograder.submission.parse import Unreadable


def handed_in(capstone: Path) -> dict[str, NotebookNode]:
    """Returns the notebooks by lesson: the capstone's, and those of the lessons that have a row in the tables. They are
    looked for where `own_modules` looks.

    Raises Unreadable, with the file's name, if a notebook can't be read, or if the first one is not the capstone's.
    """
    found = {CAPSTONE: read(capstone)}
    try:
        known = notebook.lesson_of(found[CAPSTONE])
    except Unreadable as error:
        raise Unreadable(f"{capstone} is not the capstone's notebook: {error}") from None
    if known.name != CAPSTONE:
        raise Unreadable(f"{capstone} is the notebook of {known.name}, not of {CAPSTONE}")
    for lesson in {row.lesson for row in ROWS} - {CAPSTONE}:
        path = capstone.parent / ".." / lesson / f"{lesson}.ipynb"
        if path.is_file():
            found[lesson] = read(path)
    return found


def recount(notebooks: dict[str, NotebookNode], sandbox: Sandbox) -> PaperTable:
    """Returns every row, with the parameters of its network, or with the reason why there are none. No error of a
    notebook gets out."""
    found: dict[str, int | str] = {}
    for lesson in dict.fromkeys(row.lesson for row in ROWS):
        found |= _counts(lesson, notebooks.get(lesson), [row for row in ROWS if row.lesson == lesson], sandbox)
    return PaperTable({row: found[row.network] for row in ROWS})


def _counts(lesson: str, submission: NotebookNode | None, rows: list[Row], sandbox: Sandbox) -> dict[str, int | str]:
    """Returns the counts of a lesson's rows, by network. The capstone's cells are run as in Jupyter. For an earlier
    lesson, `mine` takes the modules from its notebook."""
    cells = notebook.cells_to_run(submission, notebook.lesson(lesson)) if submission and lesson == CAPSTONE else []
    sandbox.budget = Budget([f"the cell that begins with `{notebook.first_line(cell.source)}`" for cell in cells])
    sandbox.budget.exercise = f"the networks of {lesson}"
    session = Session({"cpu": sandbox}, cells, until=time.monotonic() + limits.NOTEBOOK_CLOCK)
    given = (
        [cell for cell in submission.cells if cell.cell_type == "code"] if submission and lesson != CAPSTONE else None
    )
    try:
        reply, _ = session.begin("cpu").ask({"op": "count", "lesson": lesson, "cells": given})
        return validation.counts(reply, [row.network for row in rows])
    except (Died, ValueError) as error:
        return {row.network: f"lesson {lesson.partition('_')[0]}: it was not counted: {error}" for row in rows}
    finally:
        session.close()
