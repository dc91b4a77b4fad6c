"""Writes a verdict for others to read: the outputs of an nbgrader grade cell, JSON, and a terminal. attention_lab draws
the report itself."""

from __future__ import annotations

from html import escape
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from rich.console import Console
from rich.table import Table
from rich.text import Text

from attention_lab.checking.verdict import report
from attention_lab.checking.verdict.verdict import Verdict
from autograder.judge.judge import Result
from autograder.outward import count, on_terminal


def outputs(verdict: Verdict, maximum: float) -> list[NotebookNode]:
    """Returns the one output of a grade cell, in the form that the visible check gives it. Its text is the points as a
    plain float, scaled to the cell's `maximum`; its HTML, which is shown instead, is the report."""
    points = min(maximum, max(0.0, maximum * verdict.points / verdict.max_points)) if verdict.max_points else 0.0
    return [result(points, report.html(verdict))]


def result(points: float, html: str) -> NotebookNode:
    """Returns an output that nbgrader reads as the points of a cell, and that is shown as `html`."""
    return new_output("execute_result", {"text/plain": repr(float(points)), "text/html": html}, execution_count=1)


def unmarked(why: str) -> NotebookNode:
    """Returns the output of a grade cell without a mark."""
    return new_output("display_data", {"text/plain": why, "text/html": f"<p>{escape(why)}</p>"})


def as_json(name: str, result: Result) -> dict[str, Any]:
    """Returns one line of `autograder check --json`. If a notebook could not be read, its list of exercises is empty.
    """
    return {"notebook": name, "lesson": result.lesson, "points": result.points, "max_points": result.max_points,
            "isolation": result.isolation, "device": result.device, "error": result.problem,
            "exercises": [{"name": v.exercise, "points": v.points, "max_points": v.max_points, "mistake": v.mistake,
                           "checks": [{"name": c.name, "outcome": c.outcome, "message": c.message} for c in v.checks]}
                          for v in result.verdicts.values()]}


def show(console: Console, name: str, result: Result) -> None:
    """Shows one notebook on a terminal: a line for each exercise, and the reports of those below full marks."""
    console.print()
    console.print(Text(on_terminal(name), style="bold"), Text(f"  {result.lesson or 'no lesson'}  "
                                                              f"{report.number(result.points)} of "
                                                 f"{count(result.max_points, 'point')}"))
    if result.problem:
        console.print(Text(on_terminal(result.problem, lines=True), style="red"))
    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for v in [v for v in result.verdicts.values() if v.exercise not in result.unsettled]:
        full = report.right(v)
        table.add_row(Text("✓" if full else "✗", style="green" if full else "red"), Text(v.exercise, style="bold"),
                      Text(f"{report.number(v.points)} / {report.number(v.max_points)}"),
                      Text("" if full else report.text(v).partition("points.")[2].strip()))
    console.print(table)
