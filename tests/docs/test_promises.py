"""docs/security.md: each promise names the test that checks it."""

import re

import pytest

from autograder.lessons.course import ROOT

TABLES = re.split(r"^## ", (ROOT / "docs/security.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
PROMISED, = (part for part in TABLES if part.startswith("What is promised\n"))
ROWS = [line.strip("|").rsplit("|", 1) for line in PROMISED.splitlines()
        if line.startswith("| ") and not line.startswith("| promise |")]


@pytest.mark.parametrize("promise, tests", ROWS, ids=[promise.strip()[:60] for promise, _ in ROWS])
def test_a_promise_has_its_test(promise, tests):
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", tests)
    assert named and tests.count("`") == 2 * len(named), tests
    for file, test in named:
        assert f"def {test}" in (ROOT / file).read_text(encoding="utf-8"), (file, test)
