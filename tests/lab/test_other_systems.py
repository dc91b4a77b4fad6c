"""A learner's way on Windows and macOS, with stand-ins that refuse what those systems refuse;
and what grading is worth there."""

import json
import os
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest

from autograder.cli import main
from autograder.lessons.course import NOTEBOOKS
from autograder.sandbox import isolation
from tests.conftest import ROOT

LEARNER = """
import os, sys
from pathlib import Path
from tests.lab import other_systems
other_systems.SYSTEM()
sys.stdout.reconfigure(encoding="utf-8")

from attention_lab import check, lab, workspace
from attention_lab.notebook import progress

course = Path(sys.argv[1])
started = []
lab.subprocess.call = lambda command, cwd: started.append((command, cwd)) or 0
assert lab.main(["--lessons", str(course)]) == 0
(command, cwd), = started
assert command[1:4] == ["-m", "jupyter", "lab"] and cwd == Path("my"), command
assert ("--allow-root" in command) == hasattr(os, "geteuid"), command  # the tests run as root, where there is one

above = Path.cwd()
os.chdir("my/01_se")
import torch
exec("def squeeze(x):\\n    return x.sum(dim=(2, 3))")
red = check(squeeze)
exec("def squeeze(x):\\n    return x.mean(dim=(2, 3))")
green = check(squeeze)
assert (red, green) == (0.0, 2.0)
assert progress.recall(Path.cwd(), "squeeze").tries == 2 and Path(".progress.json").is_file()

notebook = Path("01_se.ipynb")
notebook.write_text("mine", encoding="utf-8")
if sys.platform == "win32":
    try:
        workspace.reset(course, above / "my", "01_se")
    except PermissionError as error:
        print("SAID", error)
    assert notebook.read_text(encoding="utf-8") == "mine"
os.chdir(above)
kept = workspace.reset(course, Path("my"), "01_se")
assert (kept / notebook).read_text(encoding="utf-8") == "mine" and Path("my/01_se", notebook).read_bytes() != b"mine"
"""

INSTRUCTOR = """
import json
from tests.lab import other_systems
from autograder.intake.files import read
from autograder.judge import questions
from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from autograder.lessons.course import NOTEBOOKS
from autograder.submission import notebook
from tests.versions.sample import BROKEN
other_systems.SYSTEM()

lesson, broken, source = BROKEN
work = read(NOTEBOOKS / lesson / f"{lesson}.ipynb")
for cell in work.cells:
    if cell.get("id") == broken:
        cell.source = source
with Judge(Settings(isolation="none", device="cpu", seed="elsewhere")) as judge:
    result = judge.grade(work, lesson)
assert not result.error, result.error
print(json.dumps({name: [verdict.points, verdict.max_points] for name, verdict in result.verdicts.items()}))
"""


def elsewhere(tmp_path, program, system, *arguments):
    """A program in a Python of its own, behind the stand-in for that system."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "course")])
    return subprocess.run([sys.executable, "-X", "warn_default_encoding", "-c", program.replace("SYSTEM", system),
                           *arguments], cwd=tmp_path, env={**os.environ, "PYTHONPATH": paths}, capture_output=True,
                          text=True, encoding="utf-8")


@pytest.mark.parametrize("system", ["windows", "macos"])
def test_a_learner_copies_the_lessons_is_checked_and_starts_afresh(tmp_path, system):
    done = elsewhere(tmp_path, LEARNER, system, str(ROOT / "course"))
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Hint 1, below, is about this." in done.stdout or "Hint 2, below, is about this." in done.stdout
    assert "squeeze: 2 of 2 points" in done.stdout and "Solved on try 2." in done.stdout
    if system == "windows":
        said = next(line for line in done.stdout.splitlines() if line.startswith("SAID"))
        assert "nothing was changed" in said and "Shut down the lesson's kernel" in said


def test_nothing_is_graded_on_windows(monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(SystemExit) as ended:
        main(["check", "--isolation", "none", str(NOTEBOOKS / "01_se/01_se.ipynb")])
    assert ended.value.code == 3 and "autograder check: Nothing can be graded on Windows" in capsys.readouterr().err
    for told in isolation.ISOLATIONS:
        with pytest.raises(isolation.NoLayers, match="Nothing can be graded on Windows"):
            isolation.layers_for(told)


def test_nothing_is_graded_on_macos_unless_one_insists(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    isolation.probed.cache_clear()
    try:
        with pytest.raises(isolation.NoLayers, match="keeps learners' code from your files and the "
                                                     "network.*--isolation none"):
            isolation.layers_for("auto")
        assert isolation.layers_for("none") == ()
    finally:
        isolation.probed.cache_clear()


@pytest.mark.nightly
def test_whoever_insists_on_macos_gets_the_marks_of_linux(tmp_path):
    """Of a notebook with a broken exercise, on which others stand."""
    done = elsewhere(tmp_path, INSTRUCTOR, "macos")
    assert done.returncode == 0, done.stderr[-3000:]
    marks = json.loads(done.stdout.splitlines()[-1])
    assert marks.pop("squeeze") == [0, 2] and marks and all(points == most for points, most in marks.values())


def test_every_file_can_lie_on_windows_and_macos():
    """No two names that differ in case alone, none that Windows keeps for itself, and none too long for a folder of
    one's own."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True,
                           check=True).stdout.split("\0")[:-1]
    assert len({name.lower() for name in names}) == len(names)
    assert not [name for name in names if set(name) & set('<>:"|?*\\')
                or any(part.endswith((".", " ")) for part in Path(name).parts)
                or PureWindowsPath(name).is_reserved()]
    assert max(map(len, names)) < 260 - len(r"C:\Users\a learner with a long name\Documents\attention-by-hand" + "\\")


def test_git_for_windows_changes_no_line_end():
    """It would, by its own settings: each text file's."""
    said = subprocess.run(["git", "-c", "core.autocrlf=true", "ls-files", "--eol"], cwd=ROOT, capture_output=True,
                          text=True, check=True).stdout.splitlines()
    assert said and not [line for line in said if "attr/-text" not in line]
