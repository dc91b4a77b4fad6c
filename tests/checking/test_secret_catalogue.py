"""The catalogue's mistakes under a secret report: none is told an expected number."""

import pytest

from attention_lab.checking.verdict import judging
from attention_lab.notebook.check import asker
from autograder import recording
from autograder.lessons import derive
from autograder.lessons.topics import topic
from solutions.se import reference as se
from solutions.se.exercises import EXERCISES

from .test_secret import numbers_of, refuse


@pytest.mark.parametrize("declared", EXERCISES, ids=lambda exercise: exercise.name)
def test_no_mistake_of_the_catalogue_is_told_an_expected_number(declared):
    """With other numbers than the visible ones; what differs is told with the same words but for the numbers."""
    catalogue = [m for m in topic("se").mistakes if m.exercise == declared.name]
    cases = derive.visible(EXERCISES, se)[declared.name]
    hidden = recording.record_exercise(declared.name, cases, 4.0, se, uses=declared.uses, seed="a class")
    expected = [value for case in hidden.cases for value in numbers_of(case.expected_tensors.values())]
    expected += [case.expected.output for case in hidden.cases if isinstance(case.expected.output, (int, float))]
    for mistake in catalogue:
        names = recording.run_source(mistake.source, se, mistake.id)
        own, ask = [], asker(names[declared.name], names)

        def heard(question, tensors, own=own, ask=ask):
            header, out = ask(question, tensors)
            own.extend([*numbers_of(out.values()), *numbers_of(tensors.values())])
            own.extend([header.output] if isinstance(header.output, (int, float)) else [])
            return header, out

        judged = judging.judge(hidden, heard, secret=True)
        assert judged.points < judged.max_points
        refuse(judged, [value for value in expected if abs(value - round(value, 2)) > 1e-9 or value > 1000], own)
