"""Notebooks of answers as learners write them: an answer of the bank for each exercise, right and wrong ones beside
each other.

`make test` tries nine such notebooks, of a part of the bank; tests/graders judges more of it without a worker.
"""

import ast
from dataclasses import dataclass

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from attention_lab.checking.verdict import report
from autograder.intake.files import read
from autograder.lessons.course import NOTEBOOKS
from autograder.submission import notebook
from tests.bank import Answer, answers
from tests.hidden import LESSONS, graders
from tests.suites import NIGHTLY, few

RIGHT = answers("right")[::1 if NIGHTLY else 12]
COMPARED = [answer for answer in answers("wrong") if not answer.measured]
WRONG = [*COMPARED[::1 if NIGHTLY else 24], *(answer for answer in answers("wrong") if answer.measured)]


@dataclass
class Filled:
    """A notebook with at most one answer of the bank for each exercise.
    Where none fits, the solved notebook's is taken."""

    lesson: str
    number: int
    answers: list[Answer]

    @property
    def name(self) -> str:
        return f"{self.lesson}/{self.number}"

    def takes(self, answer: Answer) -> bool:
        """Is its exercise free, and does no other answer here define a name that it defines?"""
        return all(not defined(answer) & defined(other) for other in self.answers)


def defined(answer: Answer) -> set[str]:
    """The names that an answer makes, its exercise among them, but not what it imports."""
    body = ast.parse(answer.source).body
    made = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    made |= {name.id for node in body if isinstance(node, ast.Assign) for target in node.targets
             for name in ast.walk(target)
             if isinstance(name, ast.Name)}
    return made


def notebooks(lesson: str) -> list[Filled]:
    """Notebooks that hold every answer once. In every other exercise wrong answers come first: so they meet right
    ones of the others."""
    filled: list[Filled] = []
    for place, slot in enumerate(notebook.lesson(lesson).exercises):
        own = [answer for answer in [*RIGHT, *WRONG] if (answer.lesson, answer.exercise) == (lesson, slot.name)]
        for answer in own[::-1] if place % 2 else own:
            home = next((each for each in filled if each.takes(answer)), None)
            if home is None:
                filled.append(home := Filled(lesson, len(filled), []))
            home.answers.append(answer)
    for each in filled:  # a solved cell may need a helper that stands in the cell of another exercise
        for slot in notebook.lesson(lesson).exercises:
            spare = [answer for answer in answers("right") if (answer.lesson, answer.exercise) == (lesson, slot.name)]
            each.answers += [answer for answer in spare if each.takes(answer)][:1]
    return filled


FILLED = few([filled for lesson in LESSONS for filled in notebooks(lesson)], 9, lambda _: 0, lambda filled: filled.name)


@pytest.mark.parametrize("filled", FILLED)
def test_right_answers_get_full_marks_and_wrong_ones_do_not(judge, filled, monkeypatch):
    monkeypatch.setitem(judge.prepared, filled.lesson, graders(filled.lesson))
    cells = [new_code_cell(answer.source) for answer in filled.answers]
    solved = read(NOTEBOOKS / filled.lesson / f"{filled.lesson}.ipynb")
    result = judge.grade(new_notebook(cells=cells), filled.lesson, solved=solved)
    if result.busy:  # then a class tries once more, too
        result = judge.grade(new_notebook(cells=cells), filled.lesson, solved=solved)
    assert result.error is None
    wrong = {answer.exercise for answer in filled.answers if answer in WRONG}
    for name, own in result.verdicts.items():
        assert (own.points < own.max_points) == (name in wrong), report.text(own)
