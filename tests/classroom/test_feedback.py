"""What a student's page begins with."""

import json
from dataclasses import asdict

import pytest
from bs4 import BeautifulSoup
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_notebook

from attention_lab.checking.verdict import Check, Verdict
from autograder.classroom.nbgrader_plugin.feedback import Style, Summary
from autograder.classroom.nbgrader_plugin.graded import RECORD, RESULT
from autograder.classroom.nbgrader_plugin.harmless import rendered
from autograder.judge.judge import Result
from autograder.submission.notebook import lesson

HEADLINES = {"squeeze": "Your squeeze takes the largest value; `x.amax` is not\n\nthe mean.", "Excitation": "Output equals.",
             "SEBlock": "RuntimeError: <script>pwned()</script> ` **bold** $x$", "se_parameter_cost": "Wrong."}
POINTS = {"squeeze": 0.5, "Excitation": 3.0, "SEBlock": 0.0, "se_parameter_cost": 0.0}


def page(scores, penalty=0.0, comment="", kept=True):
    """The rows of the summary as its reader sees them, and its HTML."""
    known = lesson("01_se")
    cells = []
    for slot in known.exercises:
        answer = new_code_cell("...", metadata={"nbgrader": {"grade_id": slot.grade_id, "solution": True, "comment": comment}})
        check = new_code_cell("...", metadata={"nbgrader": {"grade_id": slot.check_id, "grade": True, "score": scores[slot.name],
                                                            "points": slot.points}})
        cells += [answer, check]
    verdicts = {slot.name: Verdict(slot.name, POINTS[slot.name], slot.points, [Check("output", "failed")], HEADLINES[slot.name])
                for slot in known.exercises}
    record = {RECORD: {"digest": "x"} | ({RESULT: json.dumps(asdict(Result("01_se", "limits", "cpu", verdicts)))} if kept else {})}
    notebook = from_dict({**new_notebook(cells=cells), "metadata": record})
    notebook, _ = Summary().preprocess(notebook, {"nbgrader": {"notebook": "01_se", "late_penalty": penalty}})
    html = BeautifulSoup(rendered(notebook.cells[0]), "html.parser")
    return [[" ".join(cell.get_text().split()) for cell in row.find_all(["th", "td"])] for row in html.find_all("tr")], html


def test_each_exercise_has_its_points_its_sentence_and_a_link():
    rows, html = page(POINTS)
    assert rows == [["Exercise", "Points", "In a sentence"],
                    ["squeeze", "0.5 of 2", "Your squeeze takes the largest value; x.amax is not the mean."],
                    ["Excitation", "3 of 3", "Output equals."],
                    ["SEBlock", "0 of 4", "RuntimeError: <script>pwned()</script> ` **bold** $x$"],
                    ["se_parameter_cost", "0 of 1", "Wrong."]]
    assert [link["href"] for link in html.find_all("a")] == ["#squeeze-check", "#excitation-check", "#seblock-check",
                                                             "#se_parameter_cost-check"]
    assert html.find("code").get_text() == "x.amax" and not html.find("script")


def test_a_mark_by_hand_a_comment_and_a_penalty_are_told():
    rows, html = page({**POINTS, "squeeze": 2.0}, penalty=1.5, comment="Well done.")
    assert rows[1] == ["squeeze", "2 of 2", "Your instructor marked this by hand. Your instructor's comment"]
    assert rows[-1] == ["Handed in late", "−1.5", "This is taken off the sum."]
    assert html.find("a", href="#comment-squeeze")


def test_work_that_was_graded_before_verdicts_were_kept_has_its_points():
    rows, _ = page(POINTS, kept=False)
    assert rows[1] == ["squeeze", "0.5 of 2", ""]


@pytest.mark.parametrize("hidden", ["#toc", "div.prompt", "div.output_prompt"])
def test_what_says_nothing_is_hidden(hidden):
    resources = {"inlining": {"css": []}}
    Style().preprocess(new_notebook(), resources)
    rule = next(line for line in resources["inlining"]["css"][0].split("\n") if "display: none" in line)
    assert hidden in rule.partition("{")[0].strip().split(", ")
