"""The three lists of packages agree, what is installed is what was tested, and an environment mends itself."""

import json
import re
import tomllib
from importlib.metadata import version
from types import SimpleNamespace

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from builder import start
from tests.conftest import ROOT

COURSE = "-e ./course"
CONDA_NAMES = {"pytorch": "torch", "matplotlib-base": "matplotlib", "python-fastjsonschema": "fastjsonschema"}


def bounds():
    """{package: lower bound} of both pyproject.toml files."""
    root = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    library = tomllib.loads((ROOT / "course/pyproject.toml").read_text())["project"]
    lines = [*library["dependencies"], *(line for group in root.values() for line in group if isinstance(line, str))]
    return {r.name: str(r.specifier).removeprefix(">=") for r in map(Requirement, lines)} | {
        "python": library["requires-python"].removeprefix(">=")}


def constraints():
    """{package: version} of constraints.txt."""
    lines = (line.strip() for line in (ROOT / "constraints.txt").read_text().splitlines())
    return {name.lower(): number for name, number in (line.split("==") for line in lines
                                                      if line and not line.startswith("#"))}


def test_conda_asks_for_the_same_as_pip():
    entries = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    from_pip = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    listed = dict(re.fullmatch(r"([\w-]+)>=([\d.]+)(?:;.*)?", entry).groups() for entry in [*entries, *from_pip]
                  if isinstance(entry, str) and entry not in ("pip", COURSE))
    assert {CONDA_NAMES.get(name, name): bound for name, bound in listed.items()} == bounds()
    assert COURSE in from_pip


def test_every_package_is_tested_at_or_above_its_lower_bound():
    pins = constraints()
    for name, bound in bounds().items():
        if name != "python":
            assert Version(pins[name]) >= Version(bound), name


def test_the_tested_versions_are_the_installed_ones():
    pins = constraints()
    for name in bounds():
        if name != "python":
            assert Version(version(name)).public == pins[name], name


def environment(folder, monkeypatch):
    """An Environment without a real .venv. Returns it, and the list of commands that it runs."""
    ran = []

    def call(command, **_):
        ran.append(command)
        if "venv" in command:
            (folder / ".venv/bin").mkdir(parents=True)
        return 0

    monkeypatch.setattr(start.subprocess, "call", call)
    return start.Environment(folder), ran


def test_what_is_installed_is_not_installed_again_until_a_list_changes(tmp_path, monkeypatch):
    made, ran = environment(tmp_path, monkeypatch)
    packages = tmp_path / "constraints.txt"
    packages.write_text("torch==2.6")

    def installs():
        ran.clear()
        made.prepare()
        made.install("lab", [packages], lambda: [("PyTorch.", ["-m", "pip"])])
        return [made.python, "-m", "pip"] in ran

    assert installs() and not installs()
    packages.write_text("torch==2.7")
    assert installs() and not installs()


def test_a_moved_folder_and_a_lost_python_are_made_anew(tmp_path, monkeypatch, capsys):
    before = tmp_path / "before"
    before.mkdir()
    environment(before, monkeypatch)[0].prepare()
    moved, ran = environment(before.rename(tmp_path / "my courses"), monkeypatch)
    moved.prepare()
    assert "moved or renamed, so .venv is made anew" in capsys.readouterr().out and "venv" in ran[-1]
    works = start.subprocess.call

    def lost(command, **more):
        if command[0] == moved.python:
            raise FileNotFoundError(command[0])
        return works(command, **more)

    monkeypatch.setattr(start.subprocess, "call", lost)
    moved.prepare()
    assert "The Python behind .venv is gone, so .venv is made anew" in capsys.readouterr().out


def test_an_environment_of_somebody_else_without_pip_stays(tmp_path, monkeypatch):
    made, ran = environment(tmp_path, monkeypatch)
    theirs = tmp_path / ".venv/bin/python"
    theirs.parent.mkdir(parents=True)
    theirs.touch()
    works = start.subprocess.call
    monkeypatch.setattr(start.subprocess, "call", lambda command, **more: works(command, **more) or "pip" in command)
    made.prepare()
    assert theirs.exists() and not any("venv" in command for command in ran)


def test_what_pip_says_last_is_shown_when_it_fails_and_it_goes_on_from_there(tmp_path, monkeypatch):
    made, _ = environment(tmp_path, monkeypatch)
    made.prepare()

    def call(command, stdout, **_):
        stdout.write(b"no network\n")
        return 1

    monkeypatch.setattr(start.subprocess, "call", call)
    with pytest.raises(start.Problem, match=r"no network\n\nThat failed"):
        made.install("lab", [], lambda: [("PyTorch.", ["-m", "pip"])])
    assert "lab" not in json.loads((tmp_path / ".venv/installed.json").read_text())


@pytest.mark.parametrize("system, gpu, told, without_cuda", [
    ("linux", False, "", True), ("linux", True, "", False), ("darwin", False, "", False),
    ("linux", False, "global.find-links='/wheels'", False), ("linux", False, "global.timeout='20'", True),
])
def test_torch_comes_without_cuda_on_linux_without_a_gpu_unless_pip_is_told_where_to_look(
        tmp_path, monkeypatch, system, gpu, told, without_cuda):
    monkeypatch.setattr(start.sys, "platform", system)
    monkeypatch.setattr(start, "GPU", (str(tmp_path if gpu else tmp_path / "none"),))
    monkeypatch.setattr(start, "_reachable", lambda address: True)
    monkeypatch.setattr(start.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=told.encode()))
    assert (start.CPU in start.Environment(tmp_path).torch()[1]) == without_cuda
