"""One way out for text that strangers chose: no terminal is steered by it, and no cell of a table computes it."""

import ast
import errno
import io
import logging
import re
import shutil
import subprocess
import sys

import pytest
from rich.table import Table
from rich.text import Text
from sqlalchemy.exc import DatabaseError, OperationalError

from autograder.classroom.nbgrader_plugin.plain_log import PlainRecord
from autograder.cli import main
from autograder.outward import command, count, in_cell, on_terminal
from autograder.sandbox.isolation import NoRoom
from autograder.terminal import Terminal
from tests.classroom.pupils import ROOT

STEERING = "eve\x1b]0;pwned\x07 \x1b[2J\u202e\x9b31m\x1bP1\x1b\\\r\x00\x7f[link=http://x]y[bold red]"
SIGNS = ("\x1b]", "\x07", "\x1b[2J", "\u202e", "\x9b", "\x1bP", "\r", "\x00", "\x7f")


def test_one_of_something_is_not_many():
    assert [count(number, "point") for number in (0, 0.5, 1.0)] == ["0 points", "0.5 points", "1 point"]


def test_a_name_is_one_line_and_a_message_keeps_its_own():
    assert on_terminal(STEERING + "\nrecorded") == "eve [link=http://x]y[bold red] recorded"
    assert on_terminal("first\n\x1b[31msecond", lines=True) == "first\nsecond"


@pytest.mark.parametrize("shown", [STEERING, Text(STEERING), Text(STEERING, style="bold")])
def test_whatever_is_printed_steers_nothing_and_is_no_markup(shown):
    file = io.StringIO()
    terminal = Terminal(file=file, force_terminal=True, width=150)
    table = Table()
    table.add_row(shown, "end")
    terminal.print(shown)
    terminal.print(table)
    assert not [sign for sign in SIGNS if sign in file.getvalue()] and "\x1b]8;" not in file.getvalue()
    assert "eve" in file.getvalue() and "end" in file.getvalue()


def test_a_log_and_a_last_traceback_steer_nothing():
    record = PlainRecord("x", logging.ERROR, "x.py", 1, "the file %s", (STEERING,), None)
    assert record.getMessage() == "the file eve [link=http://x]y[bold red]"
    code = (
        f"from autograder.classroom.nbgrader_plugin.plain_log import *\nkeep_logs_plain()\nraise OSError({STEERING!r})"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True,
                         env={"PYTHONPATH": f"{ROOT}:{ROOT}/course"})
    assert run.returncode == 1 and b"OSError: eve" in run.stderr
    assert not [sign for sign in SIGNS if sign in run.stderr.decode()]


@pytest.mark.parametrize("written, safe", [
    ("=1+1", "'=1+1"), ("RuntimeError('a;=1+1')", "RuntimeError('a;'=1+1')"), ("a\t@SUM(1)", "a '@SUM(1)"),
    ("a; -1", "a; '-1"),
    ("\t=1", "'=1"), ("a\r\n+1", "a '+1"), ("a:=1", "a:'=1"), ("a^|-1", "a^|'-1"), ('a;"=1', "a;\"'=1"),
    ("a =SUM(1)", "a '=SUM(1)"),
    ("\uff1dSUM(1)", "'\uff1dSUM(1)"), ("; - 1", "; '- 1"), ("\x00=1", "'=1"), ("a\x1b[;=1", "a;'=1"),
    ("Ada, née Byron; twice", "Ada, née Byron; twice"), ("a+b@example.org", "a+b@example.org"),
    ("`dim=-1`, a - b", "`dim=-1`, a - b"),
    (-2.5, -2.5), (None, None)])
def test_no_part_of_a_cell_is_a_formula_whatever_separates_cells(written, safe):
    assert in_cell(written) == safe


@pytest.mark.parametrize("word", ["01_se", "Jürgen Groß", "o'neill", "a  b", "", "$(rm x)", "`x`;&|", "new\nline", "*",
                                  STEERING.replace("\0", "")])
@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_a_command_that_a_message_shows_can_be_pasted(word):
    shown = command("nbgrader", word)
    assert on_terminal(shown) == shown
    said = shown[1:-1].replace(".venv/bin/nbgrader", "printf %s", 1)
    assert subprocess.run(["bash", "-c", said], capture_output=True).stdout.decode() == word


COMMAND = re.compile(r"`[^`]*\b(nbgrader|autograder|builder|workspace) [^`]*\{\}")


def test_no_message_writes_a_command_with_a_name_in_it_itself():
    for path in [*ROOT.glob("autograder/**/*.py"), *ROOT.glob("course/attention_lab/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
                assert not COMMAND.search(text), f"{path}, line {node.lineno}: autograder.outward.command quotes names"


def test_there_is_no_other_way_out():
    """Whoever prints does it on a Terminal; whoever writes a table passes its cells through in_cell;
    nobody cleans on their own."""
    own = {"outward.py", "terminal.py"}  # and what runs apart, as text: there, print is how a child answers
    for path in sorted((ROOT / "autograder").rglob("*.py")):
        if path.name in own or "worker" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)
                    for name in node.names}
        assert "Console" not in called, f"{path} makes a console of its own"
        assert (
            not called & {"csv.writer", "csv.DictWriter"} or "in_cell" in imported
        ), f"{path} writes cells as they are"
        assert "clean" not in imported and not called & {
            "report.clean",
            "sys.stderr.write",
        }, f"{path} has a way out of its own"
        assert "print" not in called or "on_terminal" in imported, f"{path} prints past the terminal"


@pytest.mark.parametrize("error, status, words", [
    (ValueError("no lesson 'x'"), 2, "no lesson 'x'"), (FileNotFoundError(errno.ENOENT, "No such file", "a"), 2, "'a'"),
    (OSError(errno.ENOSPC, "No space left on device", "work"), 3, "No space left"), (NoRoom("too small"), 3, "small"),
    (OperationalError("", {}, Exception("database is locked")), 3, "run the same command again"),
    (DatabaseError("", {}, Exception("database disk image is malformed")), 3, "Restore your backup")])
def test_an_error_is_a_sentence_with_a_status(error, status, words, monkeypatch, capsys):
    def fail(_):
        raise error

    monkeypatch.setattr("autograder.cli._status", fail)
    with pytest.raises(SystemExit) as ended:
        main(["status", "01_se"])
    said = capsys.readouterr().err
    assert ended.value.code == status and words in said and said.startswith("autograder status: ")
    assert "usage:" not in said and said.count("\n") == 1
