"""Which lessons a test is seen to concern, and which tests share a process."""

import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from autograder.submission.notebook import lesson
from solutions.pyramid_split import reference as pyramid_split
from solutions.shared.course import ROOT
from solutions.shared.topics import topic
from tests import lessons
from tests.bank import answers


def item(*values, fixtures=(), path="tests/test_x.py"):
    return SimpleNamespace(callspec=SimpleNamespace(params=dict(enumerate(values))), fixturenames=fixtures, path=ROOT / path)


@pytest.mark.parametrize("value, expected", [
    ("05a_danet", {"05a_danet"}), ("danet", {"05a_danet"}), (lesson("05a_danet"), {"05a_danet"}), (answers("wrong")[0], {"04_bam"}),
    (pyramid_split, {"06a_pyramid_split"}),
    (ROOT / "solutions/pyramid_split/parity/epsanet/a.safetensors", {"06a_pyramid_split"}), (topic("bam"), {"04_bam"}),
    (ROOT / "work/nbval/02_eca/02_eca.ipynb", {"02_eca"}), (3, set()), ("dane", set()), (None, set()),
], ids=lambda value: type(value).__name__)
def test_a_parameter_says_which_lessons(value, expected):
    assert lessons.of(item(value)) == expected


def test_groups():
    assert lessons.group(item("danet", 7)) == "05a_danet, visible"
    assert lessons.group(item("danet", 7, path="tests/judge/test_x.py")) == "05a_danet, hidden"
    assert lessons.group(item("danet", "eca")) == lessons.group(item(7)) == "tests/test_x.py"
    assert lessons.group(item(7, fixtures=("graded", "autograding"))) == "autograding"
    assert lessons.group(SimpleNamespace(fixturenames=(), path=ROOT / "tests/test_x.py")) == "tests/test_x.py"


def collected(lesson, *paths):
    return subprocess.run([sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "--lesson", lesson, *paths],
                          cwd=ROOT, text=True, capture_output=True)


def test_what_is_collected_for_a_lesson():
    run = collected("02_eca", "tests")
    files = set(re.findall(r"^tests/(.+?\.py): \d+$", run.stdout, flags=re.MULTILINE))
    assert files >= {"test_catalogue.py", "test_handout.py", "test_lesson_build.py", "graders/test_audit.py", "graders/test_drawn.py",
                     "graders/test_right_and_wrong.py", "judge/test_bank.py", "parity/test_parity.py"}, run.stdout[-2000:]
    assert not files & {"test_training.py", "classroom/test_class.py", "adversarial/test_attacks.py"}


def test_an_unknown_lesson():
    run = collected("eca", "tests/test_setup.py")
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "no lesson 'eca' in solutions/course.toml; there are 00_warmup, 01_se" in run.stderr
