"""What a student gets back begins with what matters: each exercise, its points, the one sentence about it, and where it stands below."""

from __future__ import annotations

import json
from html import escape
from math import isclose
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.classroom.nbgrader_plugin.graded import RECORD, RESULT
from autograder.outward import on_terminal


class Summary(NbGraderPreprocessor):
    """Comes after nbgrader's GetGrades, which knows of marks by hand. The list that nbgrader's page begins with calls every exercise
    "Test cell"; Style hides it."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        from autograder.submission import notebook

        known = notebook.lesson(resources["nbgrader"]["notebook"])
        marks = {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader for cell in nb.cells if cell.metadata.get("nbgrader")}
        kept = json.loads(nb.metadata.get(RECORD, {}).get(RESULT, "{}")).get("verdicts", {})
        rows = [_row(slot, marks, kept.get(slot.name, {})) for slot in known.exercises if slot.check_id in marks]
        if penalty := resources["nbgrader"]["late_penalty"]:
            rows.append(f"<tr><th>Handed in late</th><td>−{penalty:g}</td><td>This is taken off the sum.</td></tr>")
        table = "".join(["<table><thead><tr><th>Exercise</th><th>Points</th><th>In a sentence</th></tr></thead><tbody>", *rows,
                         "</tbody></table>"])
        nb.cells.insert(0, new_markdown_cell(table, id="summary"))
        return nb, resources


def _row(slot: Any, marks: dict[str, Any], verdict: dict[str, Any]) -> str:
    mark = marks[slot.check_id]
    by_hand = verdict and not isclose(mark.score, verdict["points"] * mark.points / (verdict["max_points"] or 1), abs_tol=1e-6)
    said = "Your instructor marked this by hand." if by_hand else _code(verdict.get("headline", ""))
    comment = f' <a href="#comment-{slot.grade_id}">Your instructor\'s comment</a>' if marks.get(slot.grade_id, {}).get("comment") else ""
    cells = f'<a href="#{slot.check_id}">{slot.name}</a>', f"{mark.score:g} of {mark.points:g}", said + comment
    return "<tr><th>{}</th><td>{}</td><td>{}</td></tr>".format(*cells)


def _code(said: str) -> str:
    """A report's sentence as HTML on one line, with its `code`. A learner's own backquotes stay what they are."""
    pieces = escape(on_terminal(said)).split("`")
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces)) if len(pieces) % 2 else "`".join(pieces)


class Style(NbGraderPreprocessor):
    """Bootstrap takes the triangle from what can be unfolded, and the cells of a table touch. Nothing on this page was run by its reader,
    so the numbers beside the cells say nothing. Comes after nbconvert's own styles."""

    style = """#notebook summary { display: list-item; cursor: pointer }
#notebook td, #notebook th { padding: 2px 10px 2px 0; text-align: left; vertical-align: top }
#toc, div.prompt, div.output_prompt { display: none }"""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        resources["inlining"]["css"].append(self.style)
        return nb, resources
