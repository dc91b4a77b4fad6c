"""Which tests are chosen: always the same ones, and a few of each group.
Whether they notice a bug: `python -m tests.seeded`."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests import affected, suites
from tests.conftest import ROOT
from tests.seeded import __main__ as seeded

pytestmark = pytest.mark.quick


def ids(found, marked):
    return [each.id for each in found if bool(each.marks) is marked]


def test_a_few_of_each_group():
    chosen = suites.few(["a1", "a2", "b1", "b2", "b3", "b4", "b5"], 2, lambda item: item[0], str)
    assert ids(chosen, False) == ["a1", "a2", "b1", "b3"] and ids(chosen, True) == ["b2", "b4", "b5"]


def test_every_folder_of_tests_is_in_a_part_of_the_weekly_run_and_in_one_only():
    workflow = (ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8")
    parts = workflow.partition("part:")[2].partition("steps:")[0].splitlines()[1:]
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").rglob("test_*.py")}
    assert sorted(" ".join(parts).replace("- ", "").split()) == sorted([*folders, "notebooks"])


@pytest.mark.parametrize("path, folders", [
    ("autograder/judge/judge.py", ["judge", "graders"]), ("autograder/intake/files.py", ["intake"]),
    ("course/attention_lab/lessons/se/pictures.py", ["lessons/se"]), ("course/attention_lab/storage.py", ["lab"]),
    ("course/attention_lab/checking/facts/facts.py", ["checking", "lessons", "judge"]),
    ("solutions/se/catalogue/SEBlock.py", ["lessons", "graders", "site"]), ("tests/hub/test_cycle.py", ["hub"]),
    ("pyproject.toml", [])])
def test_a_changed_file_names_the_folder_of_tests_that_mirrors_it(path, folders):
    assert affected.tested_by(path) == folders


@pytest.mark.parametrize("paths, command", [
    (["solutions/se/page.py"], 'make build LESSON="01_se" && .venv/bin/pytest tests/course'),
    (["solutions/se/reference.py", "builder/run.py"], "make build && .venv/bin/pytest tests/lessons tests/graders "
     "tests/audit tests/parity tests/course tests/site tests/builder"),
    (["autograder/intake/files.py"], ".venv/bin/pytest tests/intake"), (["pyproject.toml"], "make test"), ([], "")])
def test_what_has_changed_leads_to_one_command(paths, command):
    assert affected.advice(paths) == command


def test_no_test_asserts_a_time_by_the_clock():
    """On a busy machine it fails. tests/waiting.py says what to ask instead."""
    clock = re.compile(r"^\s*assert\b.*\b(monotonic|perf_counter|time\.time)\(", re.MULTILINE)
    assert not [path for path in (ROOT / "tests").rglob("*.py") if clock.search(path.read_text(encoding="utf-8"))]


@pytest.mark.nightly
def test_what_is_nightly_is_left_out():
    def collected(suite):
        run = subprocess.run([sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider",
                              "tests/lessons/capstone/test_my_net.py"],
                             cwd=ROOT, text=True, capture_output=True, env={**os.environ, "SUITE": suite})
        return run.stdout

    assert "1 deselected" in collected("") and "deselected" not in collected("nightly")


def test_every_seeded_bug_can_be_put_in_and_its_test_is_there():
    patches = sorted((ROOT / "tests/seeded").glob("*.patch"))
    assert [each.name for each in patches
            if subprocess.run(["git", "apply", "--check", each], cwd=ROOT).returncode] == []
    known = {name: test for tests in json.loads(seeded.NOTICED.read_text()).values() for name, test in tests.items()}
    assert (
        sorted(known) == [each.stem for each in patches]
        and [test for test in known.values() if not seeded.is_there(test)] == []
    )


@pytest.fixture
def bugs(tmp_path, monkeypatch):
    """A repository with two bugs: one test notices the first, and the second can no longer be put in. Call it to write
    files and commit them; what it returns runs the command."""
    def write(files):
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@example.org",
                                                        "commit", "-qm", "files"]):
            subprocess.run(["git", *command], cwd=tmp_path, check=True)
        return lambda: seeded.main([])

    for name, value in {"ROOT": tmp_path, "HERE": tmp_path / "tests/seeded",
                        "NOTICED": tmp_path / "tests/seeded/noticed.json",
                        "ROOMS": {"judge": ("test_one.py",)}}.items():
        monkeypatch.setattr(seeded, name, value)
    patch = "--- a/one.py\n+++ b/one.py\n@@ -1 +1 @@\n-ONE = {}\n+ONE = 2\n"
    write({"pytest.ini": "[pytest]\npythonpath = .\n", ".gitignore": "__pycache__\n", "one.py": "ONE = 1\n",
           "tests/test_one.py": "import one\nimport pytest\n\npytestmark = pytest.mark.quick\n\n\n"
                                "def test_text():\n    assert True\n\n\ndef test_one():\n    assert one.ONE == 1\n",
           "tests/seeded/judge-one.patch": patch.format(1), "tests/seeded/judge-stale.patch": patch.format(7)})
    return write


@pytest.mark.nightly
@pytest.mark.parametrize("last", ["test_one", "test_text", "test_that_has_gone"])
def test_which_suite_notices_a_seeded_bug_is_seen_and_its_test_is_kept(bugs, last, capsys):
    run = bugs({"tests/seeded/noticed.json": json.dumps({"nightly": {"judge-one": f"tests/test_one.py::{last}"}})})
    assert run() == 1
    said = capsys.readouterr().out
    assert "judge-one: quick, " in said and "judge-stale: does not apply any more" in said
    assert "of 2: quick notices 1, test 1, nightly 1" in said
    assert json.loads(seeded.NOTICED.read_text()) == {"nightly": {},
                                                      "quick": {"judge-one": "tests/test_one.py::test_one"}}
    assert (seeded.ROOT / "one.py").read_text() == "ONE = 1\n"


@pytest.mark.nightly
def test_a_test_that_fails_anyway_notices_no_seeded_bug(bugs, capsys):
    run = bugs({"one.py": "ONE = 3\n", "tests/seeded/judge-stale.patch": "--- a/one.py\n+++ b/one.py\n@@ -1 +1 "
                                                                         "@@\n-ONE = 3\n+ONE = 2\n",
                "tests/seeded/noticed.json": json.dumps({"quick": {"judge-stale": "tests/test_one.py::test_one"}})})
    assert run() == 2 and "fails without any patch: tests/test_one.py::test_one" in capsys.readouterr().err
    seeded.NOTICED.write_text("{}")
    assert (
        run() == 2
        and "judge-stale: fails without this patch, too: tests/test_one.py::test_one" in capsys.readouterr().err
    )
    assert seeded.NOTICED.read_text() == "{}"
