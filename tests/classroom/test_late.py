"""The rule for late work that docs/instructors/grading.md gives, as an instructor copies it."""

import re

import pytest
from traitlets.config import Config

from .pupils import ROOT

DAY = 86400


@pytest.fixture
def rule():
    text = (ROOT / "docs/instructors/grading.md").read_text(encoding="utf-8")
    (code,) = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "LateSubmissionPlugin" in block]
    config = Config()
    exec(code, {"get_config": lambda: config, "__name__": "copied"})
    return config.AssignLatePenalties.plugin_class().late_submission_penalty


@pytest.mark.parametrize("student, days, penalty", [("tom", 0.1, 1), ("tom", 2, 2), ("tom", 2.1, 3), ("ada", 1.9, 0), ("ada", 2.5, 1)])
def test_a_point_a_day_and_an_extension(rule, student, days, penalty):
    assert rule(student, 10, days * DAY) == penalty
