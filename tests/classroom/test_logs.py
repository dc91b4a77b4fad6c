"""The logs of earlier runs stay, the newest under 1."""

import pytest

from autograder.classroom.grade import OLDER, _keep_older

pytestmark = pytest.mark.quick


def test_each_log_moves_on_by_one(tmp_path):
    log = tmp_path / "grade.log"
    for run in range(OLDER + 3):
        log.touch()
        _keep_older(log)
        log.write_text(f"run {run}")
    kept = [log.with_suffix(f".{number}.log") for number in range(1, OLDER + 1)]
    assert [path.read_text() for path in kept] == [f"run {OLDER + 1 - number}" for number in range(OLDER)]
    assert sorted(tmp_path.iterdir()) == sorted([log, *kept])
