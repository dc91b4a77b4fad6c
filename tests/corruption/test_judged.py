"""Whatever happens to a notebook: each exercise has a verdict and a message, and those that were not touched keep their
points.

12 corrupted notebooks, always the same ones. 600 others, as they should be tried every night (a few minutes):

    SUITE=nightly pytest tests/corruption
"""

import copy
import json
from functools import cache

import nbformat
from hypothesis import event, given, settings
from hypothesis import strategies as st

from attention_lab.checking.verdict import report
from autograder.classroom.nbgrader_plugin.repair import restore
from autograder.submission.notebook import cells_to_run, lesson, lesson_of
from autograder.submission.parse import Unreadable, parse
from tests.classroom.pupils import FULL, LESSON, NAMES, ROOT
from tests.classroom.test_repair import MARKS, well_marked

from .corruptions import ALL, CORRUPTIONS, MIXED, corrupted

NUMBERS = st.integers(0, 9999)
STEPS = st.lists(st.tuples(st.sampled_from(list(CORRUPTIONS)), NUMBERS, NUMBERS), min_size=1, max_size=4)
MOST = dict(zip(NAMES, FULL))
OURS = (str(ROOT), "Traceback (most recent call last)", "The grader itself failed", "attention_lab/", "autograder/")


def points(result):
    return {name: verdict.points for name, verdict in result.verdicts.items()}


@cache
def before(judge, base):
    data, touched, _ = corrupted(base, [])
    assert not touched
    return points(judge.grade(parse(data), LESSON))


def clear(sentence):
    """A sentence that can stand on a page: short, of characters that can be shown, and without our insides."""
    return (
        sentence.strip()
        and len(sentence) < 400
        and sentence.isprintable()
        and not any(word in sentence for word in OURS)
    )


def well_told(result):
    assert result.error is None and set(result.verdicts) == ALL
    for name, verdict in result.verdicts.items():
        assert 0 <= verdict.points <= verdict.max_points == MOST[name]
        assert (
            verdict.headline.strip()
            and verdict.checks
            and all(check.message or check.outcome == "passed" for check in verdict.checks)
        )
        told = report.text(verdict)
        assert not any(word in told for word in OURS), told
        told.encode(), report.html(verdict).encode()


def code(notebook):
    """What is run, without cells that are all comment."""
    cells = [cell.source for cell in cells_to_run(notebook, lesson(LESSON))]
    return [source for source in cells if any(line.strip() and not line.lstrip().startswith("#")
                                              for line in source.split("\n"))]


@settings(settings.get_profile("corruption"))
@given(st.sampled_from(list(MIXED)), STEPS)
def test_every_notebook_has_its_verdicts_and_what_was_not_touched_its_points(judge, base, steps):
    data, touched, spoilt = corrupted(base, steps)
    event(f"{'no notebook' if spoilt else len(touched)} touched")
    try:
        read = parse(data)
    except Unreadable as refused:
        assert spoilt and clear(str(refused)), str(refused)
        return
    nbformat.validate(read)
    json.dumps(read, ensure_ascii=False).encode()
    try:
        assert lesson_of(read).name == LESSON
    except Unreadable as refused:
        assert clear(str(refused))
    result = judge.grade(read, LESSON)
    well_told(result)
    kept = ALL - touched
    assert {name: result.verdicts[name].points for name in kept} == {name: before(judge, base)[name] for name in kept}

    mended = copy.deepcopy(read)
    restore(mended, MARKS)
    well_marked(mended)
    nbformat.validate(mended)
    if code(mended) != code(read):
        event("other code after the repair")
        again = judge.grade(mended, LESSON)
        well_told(again)
        assert points(again) == points(result)
