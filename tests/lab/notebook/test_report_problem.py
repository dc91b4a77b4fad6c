"""`report_problem(...)`: what its file holds, and no more;
`autograder replay`: the verdict of today beside that in the file."""

import io
import os
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from attention_lab import report_problem
from attention_lab.checking.verdict.verdict import Verdict
from attention_lab.notebook import problem
from attention_lab.notebook.needed import needed
from attention_lab.notebook.problem import versions
from attention_lab.short_errors import Unusable
from autograder import cli, replay
from autograder.intake import problems
from autograder.submission.parse import Unreadable
from autograder.terminal import Terminal

SECRET = "hunter2 of Ann Example"
IMPORTS = f"""import os, torch
import torch.nn.functional as F
from torch import nn
from attention_lab import check, report_problem
token = {SECRET!r}"""
SQUEEZE = "def squeeze(x):  # mine\n    token = x.mean(dim=(2, 3))\n    return [token for token in [token]][0] * SCALE"
EXCITATION = """class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        if channels // reduction == 0:
            raise ValueError(f"{channels} {reduction}")
        self.fc1 = nn.Linear(channels, channels // reduction, bias=False)
        self.fc2 = nn.Linear(channels // reduction, channels, bias=False)
    def forward(self, z):
        return torch.sigmoid(self.fc2(F.relu(self.fc1(z))))"""
SEBLOCK = """class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)
    def forward(self, x):
        return x * self.excitation(squeeze(x))[:, :, None, None] * 2"""
NAME = "problem-01_se-squeeze.txt"


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    (tmp_path / "01_se").mkdir()
    monkeypatch.chdir(tmp_path / "01_se")
    monkeypatch.setenv("API_TOKEN", SECRET)
    return tmp_path / "01_se"


@pytest.fixture
def run(lesson, monkeypatch):
    """Run cells in a shell of IPython's, as a kernel does; what the last one gives."""
    monkeypatch.setenv("IPYTHONDIR", str(lesson.parent / "ipython"))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # the shell takes its place
    config = Config({"HistoryManager": {"hist_file": ":memory:"},
                     "DisplayFormatter": {"active_types": ["text/plain", "text/html"]}})
    shell = InteractiveShell.instance(config=config)

    def cells(*sources):
        for source in sources:
            ran = shell.run_cell(source, store_history=True)
            ran.raise_error()
        return ran.result

    yield cells
    InteractiveShell.clear_instance()


def test_the_file_holds_the_exercise_what_it_uses_the_verdict_and_versions(lesson, run):
    said = run(IMPORTS, f"other = {SECRET!r}; SCALE = 2.0", SQUEEZE, EXCITATION, "print(other)", SEBLOCK,
               "report_problem(SEBlock)").text
    path = lesson / "problem-01_se-SEBlock.txt"
    sent = problems.read(path)
    assert sent.code.split("\n\n") == ["import torch", "import torch.nn.functional as F", "from torch import nn",
                                       "SCALE = 2.0", SQUEEZE,
                                       EXCITATION, SEBLOCK]
    assert (sent.lesson, sent.exercise, sent.points, sent.most) == ("01_se", "SEBlock", 0, 4)
    assert sent.verdict.startswith("✗ SEBlock: 0 of 4 points. `squeeze`, an earlier exercise, does not pass its own "
                                   "check yet")
    assert list(sent.versions) == list(problem.VERSIONS) and sent.versions["python"] == sys.version.split()[0]
    assert path.name in said and "nothing else" in said and "A check or a grade" in said and "instructor" in said
    written = path.read_text(encoding="utf-8")
    for leak in (SECRET, "token =\n", "other", "print", str(lesson), os.uname().nodename, "API_TOKEN"):
        assert leak not in written.replace(SQUEEZE, ""), leak


def test_the_path_in_an_errors_message_is_not_told(lesson, run):
    run(IMPORTS, "def squeeze(x):\n    return open(os.path.abspath('weights.pt'))", "report_problem(squeeze)")
    written = (lesson / NAME).read_text(encoding="utf-8")
    assert "./weights.pt" in written and str(lesson) not in written


def test_a_function_is_taken_from_the_cell_that_defined_it(lesson, run):
    run(IMPORTS, "def squeeze(x):\n    return x.sum((2, 3))")
    with pytest.raises(ZeroDivisionError):
        run("1 / 0\ndef squeeze(x):\n    return x.amax((2, 3))")
    run("report_problem(squeeze)")
    assert problems.read(lesson / NAME).code == "def squeeze(x):\n    return x.sum((2, 3))"


@pytest.mark.parametrize("cells, name, code", [
    (["from torch.nn import *\nimport torch", "class A(Linear): pass"], "A",
     "from torch.nn import *\n\nclass A(Linear): pass"),
    (["A = 1; B = 2", "A += 1", "def f(): return A"], "f", "A = 1\n\nA += 1\n\ndef f(): return A"),
    (["class A: pass", "def forward(x): pass", "A.forward = forward", "B.forward = forward"], "A",
     "class A: pass\n\ndef forward(x): pass\n\nA.forward = forward"),
    (["@wrapped\n@twice(1)\ndef f():\n    # why\n    pass  # so"], "f",
     "@wrapped\n@twice(1)\ndef f():\n    # why\n    pass  # so"),
    (["k = 1", "class A:\n    k = 2\n    j = k"], "A", "class A:\n    k = 2\n    j = k"),
    (["f = 1", "from __future__ import annotations\ndef f(): return g()\ndef g(): return f()", "return 3",
      "not Python"], "f",
     "from __future__ import annotations\n\ndef f(): return g()\n\ndef g(): return f()"),
    (["x = 3"], "f", ""),
    (["class A: pass", "@put_into(A)\ndef forward(x): return help()", "def help(): pass", "setattr(A, 'f', help)",
      "A = timed(A)", "check(A)"], "A", "class A: pass\n\n@put_into(A)\ndef forward(x): return help()\n\n"
     "def help(): pass\n\nsetattr(A, 'f', help)\n\nA = timed(A)")])
def test_what_a_name_is_made_of(cells, name, code):
    assert needed(name, cells, {"Linear": object}) == code


@pytest.mark.parametrize("call, said", [
    ("report_problem(7)", "an object of type int is not an exercise of this lesson"),
    ("report_problem('squeeze')", "an object of type str is not an exercise of"), ("report_problem(torch.mean)",
                                                                        "`mean` is not an exercise of"),
    ("def squeeze(x):\n    return x.mean((2, 3))\nreport_problem(squeeze)", "squeeze has full points"),
    ("def squeeze(x):\n    raise NotImplementedError()\nreport_problem(squeeze)", "squeeze is not written yet"),
    ("%%time\ndef squeeze(x):\n    return x.sum((2, 3))\nreport_problem(squeeze)",
     "none of the cells that you have run defines squeeze"),
    ("exec('def squeeze(x):\\n    return x.sum((2, 3))')\nreport_problem(squeeze)", "defines squeeze"),
    ("get_ipython().run_cell_magic('capture', '', 'def mean(x): return x.mean((2, 3))\\nk = 2')\n"
     "def squeeze(x):\n    return k * mean(x)\nreport_problem(squeeze)", "run defines (k|mean): run its cell again")])
def test_what_there_is_nothing_to_report_about_is_a_sentence(lesson, run, call, said):
    with pytest.raises(Unusable, match=said):
        run(IMPORTS, "from attention_lab.lessons.se import *", call)
    assert not list(lesson.glob("problem*"))


def test_outside_of_a_notebook_there_are_no_cells(lesson):
    def squeeze(x):
        return x.sum((2, 3))

    with pytest.raises(Unusable, match="call it in a notebook"):
        report_problem(squeeze)


def test_the_third_failing_try_mentions_it(lesson, run, capsys):
    run(IMPORTS)
    for number in range(1, 4):
        report = repr(run(f"def squeeze(x):\n    return x + {number}", "check(squeeze)").report)
        assert ("`report_problem(squeeze)` writes a file" in report) == (number == 3)


@pytest.fixture
def sent(tmp_path):
    """A file in which some parts are others."""
    def write(code="def squeeze(x):\n    return x.sum((2, 3))", edit=lambda data: data, **changes):
        versions = {name: "1" for name in problem.VERSIONS}
        fields = {"lesson": "01_se", "exercise": "squeeze", "points": 0.0, "most": 2.0, "versions": versions,
                  "verdict": "✗", **changes}
        path = tmp_path / "sent.txt"
        path.write_bytes(edit(problem.Problem(code=code, **fields).text().encode()))
        return path

    return write


def replayed(*arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(["replay", *map(str, arguments)])
    return ended.value.code


def test_a_file_is_judged_behind_the_walls_and_both_verdicts_are_shown(lesson, run, capsys):
    run(IMPORTS, "def squeeze(x):\n    assert x.is_contiguous()\n    return x.mean((2, 3))", "report_problem(squeeze)")
    written = lesson / NAME
    written.write_text(written.read_text(encoding="utf-8").replace("torch: 2", "torch: 1"), encoding="utf-8")
    capsys.readouterr()
    assert replayed(written) == 0
    out = capsys.readouterr().out
    assert (
        out.count("✗ squeeze: 0.35 of 2 points. Right on other inputs") == 2 and "They agree: 0.35 of 2 points." in out
    )
    assert "Versions that differ: torch 1." in out and "python" not in out


def test_verdicts_that_differ_are_said_to(sent, monkeypatch, capsys):
    monkeypatch.setattr(replay, "_judged", lambda *_: Verdict("squeeze", 2.0, 2.0, [], "right"))
    assert replayed(sent(points=4 / 3, versions=versions())) == 1
    out = capsys.readouterr().out
    assert (
        "They do NOT agree: the check gave 1.33333 of 2 points, the judge gives 2 of 2 points." in out
        and "The versions are the same." in out
    )


def test_a_file_without_the_code_agrees_with_nothing(sent, capsys):
    assert replayed(sent("x = 3")) == 2
    assert "holds no code of squeeze that could be judged: No cell defines `squeeze`" in capsys.readouterr().err


def test_what_a_stranger_wrote_steers_no_terminal(sent, monkeypatch):
    evil = "eve\x1b]0;pwned\x07\x1b[2J\u202e\x9b31m\x00[link=x]\n== the code that was checked?"
    monkeypatch.setattr(replay, "_judged", lambda *_: Verdict("squeeze", 0.0, 2.0, [], evil))
    shown = io.StringIO()
    path = sent(evil, versions={name: evil for name in problem.VERSIONS}, verdict=evil)
    assert replay.replay(path, "auto", Terminal(file=shown, force_terminal=True, width=200)) == 0
    assert shown.getvalue().count("eve[link=x]") == 2 + len(problem.VERSIONS)
    assert not [sign for sign in ("\x1b]", "\x07", "\x1b[2J", "\u202e", "\x9b", "\x00") if sign in shown.getvalue()]


def test_of_a_verdict_without_end_the_beginning_is_shown(sent, monkeypatch, capsys):
    monkeypatch.setattr(replay, "_judged", lambda *_: Verdict("squeeze", 2.0, 2.0, [], "right"))
    replayed(sent(points=2.0, verdict="first" + "\n!" * 20_000 + "x" * 50_000, versions=versions()))
    out = capsys.readouterr().out
    assert "    first\n    !\n" in out and len(out) < 30_000 and out.count("\n") < 300
    assert "    ... (the rest is in the file)\n" in out and "the judge's hidden questions, now" in out


@pytest.mark.parametrize("edit, said", [
    (lambda data: b"", "was not written by report_problem"), (lambda data: data[:150], "or is not complete"),
    (lambda data: b"\x80" + data, "is not a text file"),
    (lambda data: data + b" " * problem.LARGEST, "has more than 262,144 bytes"),
    (lambda data: b"PK" + data, "was not written by report_problem"),
    (lambda data: data.replace(b"points: 0", b"points: 1e999"), "has a lesson, an exercise or points in a form"),
    (lambda data: data.replace(b"01_se", b"../01_se\x1b[2J"), "has a lesson, an exercise or points in a form"),
    (lambda data: data.replace(b"device: 1", b"device"), "lacks the line `device: ...`"),
    (lambda data: data.replace(b"01_se", b"01_sea"), "no lesson '01_sea'; did you mean 01_se?"),
    (lambda data: data.replace(b"exercise: squeeze", b"exercise: squeezed"),
     "is about squeezed, which is not an exercise of 01_se")])
def test_a_file_that_is_odd_is_a_sentence(sent, capsys, edit, said):
    assert replayed(sent(edit=edit)) == 2
    assert said in capsys.readouterr().err


def test_only_a_plain_file_is_opened(sent, tmp_path):
    (tmp_path / "link").symlink_to(sent())
    os.mkfifo(tmp_path / "pipe")
    for name, said in (("link", "a link to another file"), ("pipe", "not a plain file"), ("absent", "No such file"),
                       (".", "not a plain file")):
        with pytest.raises(Unreadable, match=said):
            problems.read(tmp_path / name)


def test_line_ends_of_another_system_change_nothing(sent):
    assert problems.read(sent()) == problems.read(sent(edit=lambda data: b"\xef\xbb\xbf"
                                                       + data.replace(b"\n", b"\r\n")))
