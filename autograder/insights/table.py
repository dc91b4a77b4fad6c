"""The table of `autograder insights`: a row for each student and exercise, for a spreadsheet or a notebook."""

from __future__ import annotations

import csv
from pathlib import Path

from autograder.insights.code import redact_sentence
from autograder.insights.insights import Insights
from autograder.judge.packages import sort_out
from autograder.outward import in_cell

COLUMNS = ("student", "exercise", "points", "max_points", "outcome", "mistake", "group", "sentence", "missing_packages")


def write(insights: Insights, names: bool, path: Path) -> None:
    """Writes the table. Without `names`, students are numbered, in an order that says nothing about their names.

    In the column `group`, answers with the same number are wrong in the same way. The page has two tables of mistakes;
    the number counts their rows, from the first row of the first table to the last row of the second.
    """
    works = insights.graded.works
    order = sorted(range(len(works)), key=lambda i: (-works[i].result.points, sorted(works[i].answers.items())))
    groups = {(answer.student, exhibit.group.exercise): number
              for number, exhibit in enumerate([*insights.named, *insights.unnamed], 1)
              for answer in exhibit.group.answers}
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number, i in enumerate(order, 1):
            for exercise, answers in insights.answers.items():
                answer, packages = answers[i], sort_out(works[i].result.missing_modules)[0]
                verdict = answer.verdict
                sentence = redact_sentence(verdict.headline, None if verdict.mistake else insights.words)
                row = (answer.student if names else number, exercise, verdict.points, verdict.max_points, answer.kind,
                       verdict.mistake or "", groups.get((answer.student, exercise), ""),
                       "" if answer.lost == 0 else sentence, " ".join(packages))
                writer.writerow(map(in_cell, row))
