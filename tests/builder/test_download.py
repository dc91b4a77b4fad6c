"""The course as one file: what is in it, and that it works on a machine without git, make or this repository."""

import os
import runpy
import signal
import socket
import subprocess
import sys
import urllib.request
import zipfile
from types import SimpleNamespace

import pytest

from attention_lab import lab
from autograder.lessons.course import ROOT
from builder import build, download
from builder.download import FOLDER
from tests.waiting import comes_true


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("My Courses")  # a name with a blank
    with zipfile.ZipFile(download.write(folder / "course.zip")) as archive:
        archive.extractall(folder)
    return folder / FOLDER


def test_the_download_holds_every_lesson_and_no_solution(unpacked):
    ours = {path.relative_to(build.COURSE) for lesson in build.lessons()
            for path in (build.COURSE / lesson.name).rglob("*") if path.is_file() and path.name[0] != "."}
    lessons = unpacked / "lessons"
    assert {path.relative_to(lessons) for path in lessons.rglob("*") if path.is_file()} == ours
    assert sorted(path.name.split("-")[0]
                  for path in unpacked.iterdir()) == ["README.txt", "attention_lab", "lessons", "start.py"]
    assert not [path for path in unpacked.rglob("*.ipynb") if "### BEGIN SOLUTION" in path.read_text(encoding="utf-8")]
    assert b"\r\n" in (unpacked / "README.txt").read_bytes()


def started(unpacked, monkeypatch, **python):
    for name, value in python.items():
        monkeypatch.setattr(sys, name, value)
    monkeypatch.setattr(sys, "argv", ["start.py"])
    return runpy.run_path(str(unpacked / "start.py"))["main"]()


def test_an_old_python_is_one_sentence(unpacked, monkeypatch):
    said = started(unpacked, monkeypatch, version_info=(3, 10, 4), version="3.10.4 (main)")
    assert said.startswith("Python 3.11 or newer is needed, and this is 3.10.4.") and not (unpacked / ".venv").exists()


def test_half_a_download_is_one_sentence(unpacked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "start.py").write_bytes((unpacked / "start.py").read_bytes())
    assert "unpack the whole download" in started(tmp_path, monkeypatch) and not (tmp_path / ".venv").exists()


def test_a_newer_zip_over_the_folder_is_installed(tmp_path, monkeypatch):
    ran = []

    def call(command, **_):
        ran.append(" ".join(map(str, command)))
        if "venv" in command:
            (tmp_path / ".venv/bin").mkdir(parents=True)
        return 0

    monkeypatch.setattr(subprocess, "call", call)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=b"global.no-index='1'"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "start.py").write_bytes(download.START.read_bytes())

    def installed():
        ran.clear()
        assert started(tmp_path, monkeypatch) == 0 and ran[-1].endswith("-m attention_lab.lab")
        return [command for command in ran if "--force-reinstall" in command]

    for version in ("1.9.0", "1.10.0"):
        (tmp_path / f"attention_lab-{version}-py3-none-any.whl").write_text(version)
        [command] = installed()
        assert version in command and not installed()


def opens(address: str) -> bool:
    """Does a server answer there, and with a page?"""
    try:
        return urllib.request.urlopen(address, timeout=5).status == 200
    except OSError:
        return False


@pytest.mark.nightly
def test_a_machine_without_git_and_make_opens_lesson_00(unpacked, tmp_path):
    """With this repository's versions, because a newer torch is gigabytes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {"PATH": str(tmp_path), "HOME": str(tmp_path), "PIP_CONSTRAINT": str(ROOT / "constraints.txt"),
                   "LC_ALL": "C.UTF-8"}
    environment |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    with open(tmp_path / "log", "w") as log:
        run = subprocess.Popen([sys.executable, "start.py", "--no-browser", f"--port={port}"], cwd=unpacked,
                               env=environment, stdout=log,
                               stderr=subprocess.STDOUT, start_new_session=True)
    try:
        assert comes_true(lambda: run.poll() is not None or opens(
            f"http://127.0.0.1:{port}/lab/tree/00_warmup/00_warmup.ipynb"))
        assert run.poll() is None, (tmp_path / "log").read_text()[-3000:]
    finally:
        os.killpg(run.pid, signal.SIGKILL)
    assert (unpacked / "my/00_warmup/00_warmup.ipynb").exists() and "/lab/tree/00_warmup" in (
        tmp_path / "log"
    ).read_text()


@pytest.fixture
def called(monkeypatch):
    calls = []
    monkeypatch.setattr(lab.subprocess, "call", lambda command, cwd: calls.append((command, cwd)) or 0)
    return calls


def test_the_lessons_are_copied_and_the_first_one_opens_once(unpacked, tmp_path, monkeypatch, called, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lessons").symlink_to(unpacked / "lessons")
    assert lab.main(["--port", "9000", "--no-browser"]) == 0
    assert lab.main(["--lessons", str(unpacked / "lessons")]) == 0
    (first, where), (second, _) = called
    assert str(where) == "my" and (tmp_path / "my/01_se/01_se.ipynb").exists()
    assert f"--LabApp.default_url={lab.FIRST}" in first and "--no-browser" in first and "--port=9000" in first
    assert not [option for option in second if "default_url" in option or option == "--no-browser"]
    assert "my is up to date" in capsys.readouterr().out


@pytest.mark.parametrize("arguments, said",
                         [([], "holds no folder lessons or course"),
                          (["--lessons", "none"], "no lesson in")])
def test_a_folder_without_lessons_is_one_sentence(tmp_path, monkeypatch, called, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="2"):
        lab.main(arguments)
    assert said in capsys.readouterr().err and not called and not (tmp_path / "my").exists()


def test_without_jupyterlab_it_says_how_to_get_it(unpacked, tmp_path, monkeypatch, called, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lab, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="2"):
        lab.main(["--lessons", str(unpacked / "lessons")])
    assert "-m pip install jupyterlab" in capsys.readouterr().err and not called
