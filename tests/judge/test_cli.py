"""The command as an instructor and other tools call it."""

import copy
import json
import resource
import shutil
import stat
import subprocess
import sys

import nbformat
import pytest

from autograder import cli, doctor
from autograder.doctor import written
from autograder.intake.files import read
from autograder.judge import seed
from autograder.lessons.course import COURSE, NOTEBOOKS, ROOT, lessons
from autograder.sandbox.isolation import probed

SOLVED, RELEASED = (folder / "01_se/01_se.ipynb" for folder in (NOTEBOOKS, COURSE))
KEYS = ["notebook", "lesson", "points", "max_points", "isolation", "device", "error", "exercises"]


def run(*arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main([str(argument) for argument in arguments])
    return ended.value.code


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("submissions")
    (folder / "broken.ipynb").write_text("not JSON")
    partly = copy.deepcopy(read(SOLVED))
    for cell in partly.cells:
        if cell.source.startswith("def squeeze"):
            cell.source = "def squeeze(x):\n    return x.amax(dim=(2, 3))  # [red]not[/red] a colour \x1b[31m"
    nbformat.write(partly, folder / "partly.ipynb")
    return folder


def test_one_broken_notebook_does_not_stop_the_others(folder, tmp_path, capsys):
    names = [SOLVED, folder / "broken.ipynb", folder / "partly.ipynb", RELEASED, folder / "missing.ipynb"]
    assert run("check", *names, "--json", tmp_path / "out.jsonl", "--jobs", 2) == 2
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line["notebook"] for line in lines] == [str(name) for name in names]
    assert all(list(line) == KEYS for line in lines)
    assert [line["points"] for line in lines] == [11, 0, 9, 0, 0]
    assert [bool(line["error"]) for line in lines] == [False, True, False, False, True]
    assert lines[1]["lesson"] is None and lines[1]["exercises"] == [] and "not JSON" in lines[1]["error"]
    squeeze = lines[2]["exercises"][0]
    assert (
        list(squeeze) == ["name", "points", "max_points", "mistake", "checks"]
        and squeeze["mistake"] == "squeeze-maximum"
    )
    assert {check["outcome"] for e in lines[0]["exercises"] for check in e["checks"]} == {"passed"}
    assert all(list(check) == ["name", "outcome", "message"] for check in squeeze["checks"])
    printed = " ".join(capsys.readouterr().out.split())  # where a line ends depends on the names of the files
    assert "SE takes the" in printed and "11 of 11 points" in printed and "\x1b[31m" not in printed


@pytest.mark.parametrize("names, status", [((SOLVED,), 0), ((SOLVED, RELEASED), 1)])
def test_exit_status_and_json_alone_on_standard_output(names, status, capsys):
    assert run("check", *names, "--json", "-") == status
    assert [json.loads(line)["points"] for line in capsys.readouterr().out.splitlines()] == [11, 0][:len(names)]


@pytest.mark.nightly  # each draws its lesson's hidden questions, as for a new class
@pytest.mark.parametrize("lesson", [lesson.name for lesson in lessons()])
def test_every_solved_notebook_has_full_points(lesson, capsys):
    assert run("check", NOTEBOOKS / lesson / f"{lesson}.ipynb", "--json", "-") == 0
    assert json.loads(capsys.readouterr().out)["error"] is None


@pytest.mark.nightly
def test_missing_exercises_from_another_notebook(folder, capsys):
    assert run("check", RELEASED, "--solution-from", SOLVED, "--json", "-") == 0
    assert run("check", folder / "partly.ipynb", "--solution-from", SOLVED, "--json", "-") == 1
    assert json.loads(capsys.readouterr().out.splitlines()[1])["points"] == 8


@pytest.mark.parametrize("arguments, said", [
    (("check",), "NOTEBOOK"), (("check", SOLVED, "--jobs", "0"), "at least 1"),
    (("check", SOLVED, "--device", "tpu"), "invalid choice"),
    (("check", SOLVED, "--isolation", "some"), "invalid choice"), (("audit", "99_x"), "no lesson '99_x'"),
    ((), "required"),
    (("check", SOLVED, "--solution-from", "missing.ipynb"), "missing.ipynb"),
])
def test_wrong_use_is_status_2_and_says_what_is_wrong(arguments, said, capsys):
    assert run(*arguments) == 2
    assert said in capsys.readouterr().err


WORKS = ("Python 3", "torch", "limits", "system calls", "workers", "cannot be imported", "nbgrader", "01_se",
         "3 GiB of memory", written(probed()), "256 open files")
TAKES_LONG = ("a worker holds 2 GiB in one tensor", "a proxy holds 1 GiB in one tensor", "05b_memory, whose answers")


def test_doctor_says_what_works_in_a_few_seconds(capsys):
    before = cpu_seconds()
    assert run("doctor") == 0
    assert cpu_seconds() - before < 15
    printed = " ".join(capsys.readouterr().out.split())
    assert [word for word in WORKS if word not in printed] == [] and "`autograder doctor --full` tries" in printed
    assert [word for word in TAKES_LONG if word in printed] == []


def cpu_seconds():
    """Of this process, and of all its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


@pytest.mark.nightly
def test_doctor_tries_memory_and_a_notebook_if_it_is_asked_to(capsys):
    assert run("doctor", "--full") == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert [word for word in (*WORKS, *TAKES_LONG) if word not in printed] == [] and "Not tried" not in printed


def test_doctor_fails_if_something_that_takes_long_does_not_work(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "LOOKS", {})
    monkeypatch.setattr(doctor, "FULL", {"Memory": lambda: iter([doctor.Finding("bad", "too little memory")])})
    assert run("doctor", "--full") == 1 and "✗ too little memory" in capsys.readouterr().out
    assert run("doctor") == 0 and "too little memory" not in capsys.readouterr().out


@pytest.mark.nightly
def test_nothing_is_graded_where_a_worker_has_too_little_memory():
    """The limit holds for all that the command starts: enough for a CPU build of torch, too little for what a right
    answer may need."""
    asked = f"ulimit -v {1280 << 10}; exec {sys.executable} -m autograder check --json - {SOLVED}"
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (
        2,
        "",
    ) and "can't have 1 GiB of memory on this machine" in done.stderr, done.stderr


@pytest.mark.parametrize("command",
                         [pytest.param(["-m", "autograder"], marks=pytest.mark.nightly), [".venv/bin/autograder"]])
def test_both_ways_to_call_it(command):
    if command[0].endswith("autograder") and not (ROOT / command[0]).exists():
        pytest.fail("make writes .venv/bin/autograder")
    done = subprocess.run([sys.executable, *command, "check", str(SOLVED), "--json", "-"], capture_output=True,
                          text=True, cwd=ROOT)
    assert done.returncode == 0 and json.loads(done.stdout)["points"] == 11


def test_the_seed_is_drawn_once_and_kept_from_others(tmp_path):
    path = tmp_path / "work/seed"
    first = seed.class_seed(path)
    assert len(first) == 32 and seed.class_seed(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and [p.name for p in path.parent.iterdir()] == ["seed"]
    shutil.rmtree(path.parent)
    assert seed.class_seed(path) != first
    for nothing in ("\n", "garbage text ü", first[:-1], "0" * 31 + "z"):
        path.write_text(nothing)
        with pytest.raises(ValueError, match="holds no seed"):
            seed.class_seed(path)
