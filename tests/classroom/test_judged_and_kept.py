"""A verdict of the judge itself is the same once it was kept."""

import pytest

from autograder.judge.cache import storable
from autograder.submission.notebook import cells_to_run, lesson
from autograder.submission.parse import parse
from tests.classroom.pupils import LESSON, PUPILS, file_of


@pytest.mark.parametrize("student", ["ada", "dora", "emil", "vic"])
def test_verdicts_of_the_judge_survive(judge, verdicts, student):
    pupil = next(pupil for pupil in PUPILS if pupil.student.startswith(student))
    nb = parse(file_of(pupil))
    result = judge.grade(nb)
    key = verdicts.key(cells_to_run(nb, lesson(LESSON)), lesson(LESSON))
    assert storable(result) and verdicts.get(key) is None
    verdicts.put(key, result)
    assert verdicts.get(key) == result
    assert judge.seed not in (verdicts.folder / f"{key}.json").read_text() + key
