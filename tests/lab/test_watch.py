"""Working on a lesson in an editor: nothing is lost between file and notebook, and each save is checked."""

import json
import os
import pty
import queue
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from attention_lab.notebook.exercise_file import BASE, ExerciseFile
from attention_lab.storage import LARGEST
from attention_lab.watch import Watch, find, watch
from builder import build

RIGHT, WRONG = "return x.mean(dim=(2, 3))", "return x.mean(dim=(1, 2))"
EMPTY = "# YOUR CODE HERE\n    raise NotImplementedError()"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    copied = shutil.copytree(build.COURSE / "01_se", tmp_path / "my/01_se")
    monkeypatch.chdir(copied)
    return copied


@pytest.fixture
def work(folder):
    made = ExerciseFile(folder)
    made.sync()
    return made


@pytest.fixture
def here(work):
    return Watch(work, Console(record=True, width=200))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def cell(work: ExerciseFile, grade_id: str) -> str:
    notebook = nbformat.read(work.notebook, as_version=4)
    return next(each.source for each in notebook.cells if each.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def answer_in_notebook(work: ExerciseFile, grade_id: str, old: str, new: str) -> None:
    notebook = nbformat.read(work.notebook, as_version=4)
    for each in notebook.cells:
        if each.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
            assert old in each.source
            each.source = each.source.replace(old, new)
    nbformat.write(notebook, work.notebook)


def test_the_file_has_every_exercise_with_its_docstring_and_is_python(work):
    text = work.file.read_text(encoding="utf-8")
    compile(text, "file", "exec")
    assert [line for line in text.splitlines() if line.startswith("# %% ")] == [
        "# %% squeeze", "# %% Excitation", "# %% SEBlock", "# %% se_parameter_cost"]
    assert "The mean of each channel of each image." in text and "from attention_lab.lessons.se import" in text


def test_what_is_saved_goes_into_the_notebook_and_into_nothing_else(work):
    before = json.loads(work.notebook.read_text(encoding="utf-8"))
    edit(work.file, EMPTY, RIGHT)
    assert work.sync().changed == ["squeeze"]
    after = json.loads(work.notebook.read_text(encoding="utf-8"))
    differ = [index for index, (old, new) in enumerate(zip(before["cells"], after["cells"])) if old != new]
    assert len(before["cells"]) == len(after["cells"]) and len(differ) == 1
    assert RIGHT in cell(work, "squeeze") and {**before, "cells": 0} == {**after, "cells": 0}


def test_what_changes_in_the_notebook_comes_into_the_file(work):
    answer_in_notebook(work, "squeeze", EMPTY, RIGHT)
    assert any(line.startswith("squeeze is taken from the notebook") for line in work.sync().said)
    assert RIGHT in work.file.read_text(encoding="utf-8") and not work.sync().changed


def test_an_older_notebook_that_comes_back_takes_nothing_away(work):
    """As when JupyterLab, which has it open, overwrites what was written meanwhile."""
    before = work.notebook.read_bytes()
    edit(work.file, EMPTY, RIGHT)
    work.sync()
    work.notebook.write_bytes(before)
    assert work.kept.name in work.sync().said[0] and RIGHT in work.kept.read_text(encoding="utf-8")


def test_changes_on_both_sides_are_both_there_afterwards(work):
    edit(work.file, EMPTY, RIGHT)
    answer_in_notebook(work, "se_parameter_cost", EMPTY, "return 1")
    work.sync()
    assert RIGHT in cell(work, "squeeze") and "return 1" in work.file.read_text(encoding="utf-8")


def test_a_conflict_keeps_the_notebooks_text_beside(work):
    edit(work.file, EMPTY, RIGHT)
    answer_in_notebook(work, "squeeze", EMPTY, WRONG)
    said = work.sync().said
    assert any(work.kept.name in line for line in said) and WRONG in work.kept.read_text(encoding="utf-8")
    assert RIGHT in cell(work, "squeeze") and RIGHT in work.file.read_text(encoding="utf-8")
    edit(work.file, RIGHT, EMPTY)
    answer_in_notebook(work, "squeeze", RIGHT, "return x.sum()")
    work.sync()
    kept = work.kept.read_text(encoding="utf-8")
    assert WRONG in kept and "return x.sum()" in kept


@pytest.mark.parametrize("times", [0, 2])
def test_a_lost_mark_is_said_and_nothing_is_written(work, times):
    before = work.notebook.read_bytes()
    edit(work.file, "# %% SEBlock\n", times * "# %% SEBlock\n")
    edit(work.file, EMPTY, RIGHT)
    with pytest.raises(ValueError, match=f'"# %% SEBlock" once, but has it {times} times'):
        work.sync()
    assert work.notebook.read_bytes() == before


def test_helpers_above_an_exercise_stay_with_it(work):
    """An exercise is known by its mark, whatever else its part defines."""
    edit(work.file, "# %% squeeze\n", "# %% squeeze\ndef mine(x):\n    return x.mean(dim=(2, 3))\n\n\n")
    edit(work.file, EMPTY, "return mine(x)")
    work.sync()
    assert cell(work, "squeeze").startswith("def mine(x):") and ExerciseFile(work.folder).sync().changed == []


def test_a_save_is_checked_and_says_what_is_next(work, here):
    edit(work.file, EMPTY, WRONG)
    here.saved()
    edit(work.file, WRONG, RIGHT)
    here.saved()
    said = here.console.export_text()
    assert "✗ squeeze: 0 of 2 points." in said and "the axes (1, 2)" in said and "✓ squeeze: 2 of 2 points." in said
    assert "Next: Excitation, 01_se.py:" in said
    assert json.loads((work.folder / ".progress.json").read_text())["squeeze"]["points"] == 2


def test_a_key_while_the_file_is_broken_or_gone_is_answered_with_a_sentence(work, here):
    edit(work.file, "# %% SEBlock\n", "")
    for what in (lambda: here.check(["SEBlock"]), here.saved):
        here.act(what)
    work.file.unlink()
    here.act(here.next)
    said = here.console.export_text()
    assert said.count("Nothing was written") == 2 and "No such file" in said


def test_a_named_mistake_brings_its_hint_next(work, here):
    edit(work.file, EMPTY, "return x.mean(dim=(2, 3), keepdim=True)")
    here.saved()
    here.hint()
    said = here.console.export_text()
    assert "Hint 1 is about this: press h." in said and "squeeze, Hint 1" in said


def test_the_next_line_leads_to_the_exercise(work, here):
    here.next()
    number = int(here.console.export_text().split("01_se.py:")[1].split()[0])
    assert work.file.read_text(encoding="utf-8").splitlines()[number - 1].startswith("def squeeze")


def test_code_that_cannot_be_read_is_shown_with_its_line_in_the_file(work, here):
    edit(work.file, EMPTY, "return x.mean((2, 3)")
    here.saved()
    line = next(n for n, text in enumerate(work.file.read_text(encoding="utf-8").splitlines(), 1) if "x.mean" in text)
    assert f"01_se.py:{line}" in here.console.export_text()


def test_empty_lines_above_an_exercise_move_its_line(work, here):
    edit(work.file, "# %% squeeze\n", "# %% squeeze\n\n\n")
    edit(work.file, EMPTY, "return x.mean((2, 3)")
    here.saved()
    lines = work.file.read_text(encoding="utf-8").splitlines()
    line = next(n for n, text in enumerate(lines, 1) if "x.mean" in text)
    assert f"01_se.py:{line}" in here.console.export_text() and lines[work.line_of("squeeze") - 1].startswith(
        "def squeeze"
    )


def test_an_error_within_a_call_shows_the_learners_own_line(work, here):
    edit(work.file, EMPTY, "return x.mean(dim=(2, 3)) + undefined_name")
    here.saved()
    said = here.console.export_text()
    assert "undefined_name" in said and "return x.mean(dim=(2, 3)) + undefined_name" in said


def test_later_exercises_use_the_earlier_ones_of_the_file(work, here):
    solved = nbformat.read(build.NOTEBOOKS / "01_se/01_se.ipynb", as_version=4)
    for each in solved.cells:
        grader = each.metadata.get("nbgrader", {})
        if grader.get("solution"):
            answer_in_notebook(work, grader["grade_id"], cell(work, grader["grade_id"]), each.source)
    here.saved()
    assert (
        here.console.export_text(clear=False).count("✓") == 4
        and "Everything in this lesson is solved" in here.console.export_text()
    )


def test_hints_come_one_after_the_other(here):
    for _ in range(2):
        here.hint()
    said = here.console.export_text()
    assert said.index("Hint 1") < said.index("Hint 2") and "Which axes of" in said


def test_once_warm_a_report_comes_within_half_a_second(work, here):
    edit(work.file, EMPTY, WRONG)
    here.saved()
    shortest = 9.0
    for old, new in ((WRONG, RIGHT), (RIGHT, WRONG), (WRONG, RIGHT)):
        edit(work.file, old, new)
        began = time.process_time()
        here.saved()
        shortest = min(shortest, time.process_time() - began)
    assert shortest < 0.5


def test_a_lesson_is_found_where_learners_keep_it(folder, monkeypatch):
    monkeypatch.chdir(folder.parents[1])
    assert find("01_se") == find("my/01_se") == folder
    monkeypatch.chdir(folder)
    assert find("01_se") == folder
    with pytest.raises(FileNotFoundError, match="no lesson '1_se'"):
        find("1_se")


def test_a_save_is_noticed_and_q_ends(work):
    keys, console = queue.Queue(), Console(record=True, width=200)
    thread = threading.Thread(target=watch, args=(work, console, keys))
    thread.start()
    try:
        time.sleep(0.5)
        edit(work.file, EMPTY, RIGHT)
        until = time.monotonic() + 20
        while "✓ squeeze" not in console.export_text(clear=False) and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        keys.put("q")
        thread.join(20)
    assert "✓ squeeze: 2 of 2 points." in console.export_text() and not thread.is_alive()


@pytest.mark.skipif(os.name == "nt", reason="a terminal as Unix has it")
def test_in_a_terminal_a_key_is_enough(folder):
    mine, theirs = pty.openpty()
    ours = subprocess.Popen([sys.executable, "-m", "attention_lab.watch", "01_se"], cwd=folder.parent, stdin=theirs,
                            stdout=subprocess.PIPE,
                            text=True, env={**os.environ, "PYTHONPATH": str(build.COURSE)})
    try:
        said = [ours.stdout.readline() for _ in range(3)]
        os.write(mine, b"hq")
        rest, _ = ours.communicate(timeout=60)
    finally:
        ours.kill()
    assert "Next: squeeze" in "".join(said) + rest and "Hint 1" in rest and ours.returncode == 0


@pytest.mark.parametrize("content",
                         ["[" * 100_000, "[]", '{"squeeze": 7}', " " * (LARGEST + 1), '{"squeeze": 1e999}', None])
def test_what_was_alike_last_time_is_data_or_forgotten(folder, content):
    work = ExerciseFile(folder)
    work.sync()
    if content is None:
        (folder / BASE).unlink()
        os.mkfifo(folder / BASE)
    else:
        (folder / BASE).write_text(content)
    edit(work.file, EMPTY, RIGHT)
    assert "squeeze" in work.sync().changed and RIGHT in cell(work, "squeeze")


ODD = (
    {"source": 7},
    {"source": [7]},
    {"metadata": []},
    {"metadata": {"nbgrader": 7}},
    {"metadata": {"nbgrader": {"grade_id": []}}},
)


@pytest.mark.parametrize("odd", [*ODD, "[" * 100_000, "[]", 7])
def test_a_notebook_that_is_none_any_more_is_said_and_left_alone(work, here, odd):
    """What a program did to it meanwhile, or whoever gave the folder away, ends no session."""
    content = json.loads(work.notebook.read_text(encoding="utf-8"))
    if isinstance(odd, str):
        work.notebook.write_text(odd)
    else:
        content["cells"][3] = content["cells"][3] | odd if isinstance(odd, dict) else odd
        work.notebook.write_text(json.dumps(content))
    before, file = work.notebook.read_bytes(), work.file.read_bytes()
    for what in (here.saved, lambda: here.work.hints("squeeze"), lambda: here.check(["squeeze"])):
        here.act(what)
        assert "01_se.ipynb is no" in here.console.export_text()
    assert (work.notebook.read_bytes(), work.file.read_bytes()) == (before, file)
