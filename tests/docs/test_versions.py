"""docs/versions.md says nothing is tested that is not: of each row there is a test, a dated record, or a date."""

import ast
import json
import platform
import sys
from datetime import date

import pytest
import torch

from builder import versions
from tests.conftest import ROOT

ROWS = versions.rows()
FIELDS = {"use", "python", "torch", "build", "system", "front", "tried", "says"}


def problem(row):
    """What is wrong with a row, or nothing."""
    if not FIELDS <= row.keys() <= FIELDS | {"by", "on"}:
        return f"it has {sorted(row)}, and needs {sorted(FIELDS)}"
    if row["tried"] not in versions.TRIED:
        return f"tried is {row['tried']!r}, none of {', '.join(versions.TRIED)}"
    ran = row["tried"] in ("tested", "sample")
    if ran and "by" not in row or row["tried"] == "not" and "by" in row or (row["tried"] == "reading") != ("on" in row):
        return "what ran has `by`; what was read has `on`, and perhaps `by`; what is not tried has neither"
    if "on" in row and type(row["on"]) is not date:
        return f"on is {row['on']!r}, no date"
    return next((f"there is no {name}" for name in row.get("by", []) if not exists(name)), None)


def exists(name):
    """Is `file.py::test` a test of the repository, or `file.json` a record with a day and a commit?"""
    file, _, test = name.partition("::")
    if not (ROOT / file).is_file():
        return False
    text = (ROOT / file).read_text(encoding="utf-8")
    if file.endswith(".json"):
        return {"day", "commit"} <= json.loads(text).keys() and not test
    return test in {
        node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)
    } and test.startswith("test_")


@pytest.mark.parametrize("row", ROWS,
                         ids=lambda row: "-".join(row[key] for key in ("python", "torch", "system", "front")))
def test_each_row_says_what_it_rests_on(row):
    assert problem(row) is None


def test_what_is_tested_runs_here():
    """The versions that `make test` runs with are those of each row that is "tested"."""
    tested = [row for row in ROWS if row["tried"] == "tested"]
    assert tested
    for row in tested:
        assert (row["python"], row["torch"]) == (f"{sys.version_info[0]}.{sys.version_info[1]}",
                                                 torch.__version__.partition("+")[0])
        assert row["build"] == "CPU" and torch.version.cuda is None
        assert row["system"].endswith("x86-64") and (sys.platform, platform.machine()) == ("linux", "x86_64")


GOOD = ROWS[0]


@pytest.mark.parametrize("change, says", [
    ({"by": ["tests/docs/test_versions.py::test_that_nobody_wrote"]},
     "there is no tests/docs/test_versions.py::test_that"),
    ({"by": ["tests/docs/test_versions.py::problem"]}, "there is no"),
    ({"by": ["tests/versions/torch-1.0.json"]}, "there is no"),
    ({"tried": "works"}, "none of tested"),
    ({"tried": "not"}, "has neither"),
    ({"tried": "reading"}, "has `on`"),
    ({"colour": "green"}, "it has"),
])
def test_a_row_that_claims_too_much_is_found(change, says):
    assert says in problem(GOOD | change)
