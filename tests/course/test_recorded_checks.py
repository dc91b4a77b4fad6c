"""Recorded checks are up to date."""

import pytest

from builder import build, notebooks, record
from tests.suites import NIGHTLY

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("lesson", build.lessons(), ids=lambda lesson: lesson.name)
def test_recorded_checks_are_what_the_reference_gives_now(lesson):
    """By their digests, where these are those with which they were written; a nightly run records them all."""
    notebook, built = notebooks.read_source(lesson), record.files(lesson)
    assert sum(map(len, built.values())) <= 500_000
    if NIGHTLY or not record.up_to_date(lesson, notebook):
        made = record.checks(lesson, notebook, again=NIGHTLY)
        other = [name for name in made.keys() | built.keys() if made.get(name) != built.get(name)]
        assert not other, "run `make build`"  # all of it, which is long, would take half an hour to be told apart
