"""What a kept verdict is found by, and that only a whole one is found."""

import json
import os
import shutil
from dataclasses import replace

import pytest

import attention_lab
from attention_lab.checking.verdict import report
from attention_lab.checking.verdict.verdict import Check, Verdict
from autograder.judge import cache as module
from autograder.judge import depends
from autograder.judge.cache import Verdicts
from autograder.judge.judge import Result
from autograder.lessons.course import ROOT
from autograder.submission.notebook import Cell, lesson
from tests.classroom.pupils import LESSON

pytestmark = pytest.mark.quick

CELLS = [Cell("import torch"), Cell("def squeeze(x):\n    return x.mean(dim=(2, 3))", ("squeeze",))]
VERDICT = Verdict("squeeze", 0.5, 2.0, [Check("output", "failed", "With a call: \ud800 \x1b[31m é")],
                  "A *headline* <b>",
                  evidence=["With a call.", "line\nline"], cases=["Wrong on 1 of 2 cases", "Wrong with it."],
                  where=["there"],
                  mistake="squeeze-maximum", specific=False, notes=["Judged with the course's own."])
RESULT = Result(LESSON, "limits", "cpu",
                {"squeeze": VERDICT, "Excitation": replace(VERDICT, exercise="Excitation", started=False)})


def test_nothing_is_lost_on_the_way_to_a_file_and_back(verdicts):
    verdicts.put("key", RESULT)
    back = verdicts.get("key")
    assert back == RESULT and list(back.verdicts) == ["squeeze", "Excitation"]
    for was, now in zip(RESULT.verdicts.values(), back.verdicts.values()):
        assert (report.text(was), report.html(was)) == (report.text(now), report.html(now))
    path = verdicts.folder / "key.json"
    assert path.stat().st_mode & 0o077 == 0 and verdicts.folder.stat().st_mode & 0o077 == 0
    assert [p.name for p in verdicts.folder.iterdir()] == ["key.json"]


@pytest.mark.parametrize("result", [replace(RESULT, timed_out=True), replace(RESULT, error="the grader failed"),
                                    replace(RESULT, verdicts={})])
def test_what_went_wrong_or_ran_out_of_time_is_not_kept(verdicts, result):
    verdicts.put("key", result)
    assert verdicts.get("key") is None and not verdicts.folder.exists()


def test_where_a_package_that_was_missing_is_there_now_the_verdict_is_not_used(verdicts):
    verdicts.put("absent", replace(RESULT, missing_modules=["a_package_that_nobody_has"]))
    verdicts.put("here now", replace(RESULT, missing_modules=["json"]))
    assert verdicts.get("absent") and verdicts.get("here now") is None


def test_the_key_is_everything_that_decides(judge, verdicts, tmp_path, monkeypatch):
    known = lesson(LESSON)
    slot = known.exercises[0]
    keys = {"same": verdicts.key(CELLS, known),
            "source": verdicts.key([CELLS[0], replace(CELLS[1], source=CELLS[1].source + " ")], known),
            "order": verdicts.key(CELLS[::-1], known),
            "name": verdicts.key([CELLS[0], replace(CELLS[1], exercises=())], known),
            "joined": verdicts.key([Cell(CELLS[0].source + "\n" + CELLS[1].source, ("squeeze",))], known),
            "points": verdicts.key(CELLS, replace(known, exercises=(replace(slot, points=9.0), *known.exercises[1:])))}
    for name, value in {"seed": "another", "device": "cuda", "isolation": "none"}.items():
        monkeypatch.setattr(judge, name, value)
        keys[name] = Verdicts(tmp_path, judge).key(CELLS, known)
        monkeypatch.undo()
    monkeypatch.setattr(depends.torch, "__version__", "another")
    keys["torch"] = Verdicts(tmp_path, judge).key(CELLS, known)
    monkeypatch.undo()
    assert len(set(keys.values())) == len(keys)
    assert Verdicts(tmp_path, judge).key(list(CELLS), known) == keys["same"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tree")
    for name in ("autograder", "solutions", "course/attention_lab"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "notebooks"))
    return folder


def digest(monkeypatch, tree):
    monkeypatch.setattr(depends, "ROOT", tree)
    monkeypatch.setattr(depends, "folder_of", lambda topic: tree / "solutions" / topic)
    monkeypatch.setattr(attention_lab, "__file__", str(tree / "course/attention_lab/__init__.py"))
    return depends.code.__wrapped__("se")


@pytest.mark.parametrize("file", ["autograder/judge/judge.py", "autograder/worker/main.py",
                                  "course/attention_lab/checking/facts/compare.py", "autograder/lessons/derive.py",
                                  "solutions/se/reference.py", "solutions/se/exercises.py",
                                  "solutions/se/catalogue/squeeze.py"])
def test_a_change_of_code_is_another_digest(tree, file, monkeypatch):
    before, text = digest(monkeypatch, tree), (tree / file).read_text()
    (tree / file).write_text(text.replace("\n", "\n\n", 1))
    assert digest(monkeypatch, tree) != before
    (tree / file).write_text(text)
    assert digest(monkeypatch, tree) == before


def test_a_change_of_another_lesson_is_none(tree, monkeypatch):
    before = digest(monkeypatch, tree)
    (tree / "solutions/eca/catalogue/ECABlock.py").write_text("")
    assert digest(monkeypatch, tree) == before


def test_while_code_changes_nothing_is_kept(verdicts, monkeypatch):
    monkeypatch.setattr(depends, "STAMPS", [(name, modified - 1, size) for name, modified, size in depends.STAMPS])
    verdicts.put("key", RESULT)
    assert verdicts.get("key") is None


def halve(path):
    path.write_bytes(path.read_bytes()[:100])


def empty(path):
    path.write_bytes(b"")


def other_json(path):
    path.write_text("[1, 2]")


def deep(path):
    path.write_text("[" * 100_000)


def more_points(path):
    path.write_text(path.read_text().replace('"points": 0.5', '"points": 1.5'))


def of_another(path):
    content = json.loads(path.read_text())
    content["digest"] = module.digest(["another", content["result"]])
    path.write_text(json.dumps(content))


def incomplete(path):
    content = json.loads(path.read_text())
    del content["result"]["verdicts"]["squeeze"]["headline"]
    path.write_text(json.dumps({"digest": module.digest(["key", content["result"]]), "result": content["result"]}))


def folder_instead(path):
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("spoil", [halve, empty, other_json, deep, more_points, of_another, incomplete, folder_instead])
def test_a_spoiled_file_is_a_miss(verdicts, spoil):
    verdicts.put("key", RESULT)
    spoil(verdicts.folder / "key.json")
    assert verdicts.get("key") is None
    if spoil is not folder_instead:
        verdicts.put("key", RESULT)
        assert verdicts.get("key") == RESULT


def test_old_verdicts_are_removed(verdicts):
    for key in ("old", "new"):
        verdicts.put(key, RESULT)
    os.utime(verdicts.folder / "old.json", (0, 0))
    verdicts.tidy()
    assert verdicts.get("old") is None and verdicts.get("new") == RESULT
