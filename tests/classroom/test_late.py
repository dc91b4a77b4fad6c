"""The rule for late work that docs/instructors/course.md gives, as an instructor copies it."""

import re

import pytest
from traitlets.config import Config

from .pupils import ROOT


@pytest.fixture
def rule():
    text = (ROOT / "docs/instructors/course.md").read_text(encoding="utf-8")
    (code,) = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
               if "LateSubmissionPlugin" in block]
    config = Config()
    exec(code, {"get_config": lambda: config, "__name__": "copied"})
    return config.AssignLatePenalties.plugin_class().late_submission_penalty


@pytest.mark.parametrize("hours, penalty", [(0.9, 0), (1.1, 4), (48, 4)])
def test_half_of_the_points_after_an_hour(rule, hours, penalty):
    assert rule("tom", 8, hours * 3600) == penalty
