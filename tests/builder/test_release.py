"""The library as it is released: a wheel and an sdist, built from what the repository tracks. test_handout.py uses it
where nothing else of the repository is."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from autograder.lessons.course import version
from builder.download import wheel_name
from tests.conftest import ROOT, need

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """The files that the repository tracks, as they are in its last commit."""
    if not (ROOT / ".git").exists():
        need(["git and a clone"])
    folder = tmp_path_factory.mktemp("clone")
    archive = subprocess.run(["git", "-C", ROOT, "archive", "HEAD", "course"], check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
    return folder / "course"


@pytest.fixture(scope="module")
def built(clean, tmp_path_factory):
    """A folder with the sdist, the wheel, and below `again` the wheel that the sdist gives."""
    folder, tools = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("tools")
    run(sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", f"--target={tools}", "hatchling",
        PIP_ROOT_USER_ACTION="ignore")
    hatchling = sys.executable, "-m", "hatchling", "build"
    run(*hatchling, "-d", folder, cwd=clean, PYTHONPATH=str(tools))
    with tarfile.open(folder / f"attention_lab-{version()}.tar.gz") as packed:
        packed.extractall(folder / "unpacked", filter="data")
    run(*hatchling, "-t", "wheel", "-d", folder / "again", cwd=folder / f"unpacked/attention_lab-{version()}",
        PYTHONPATH=str(tools))
    return folder


def run(*command, cwd=None, **environment):
    """A command's output, without this repository on Python's path. Fails with what the command wrote."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(command, cwd=cwd, env=kept | environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def held(folder):
    """The files of the wheel in a folder, by name."""
    with zipfile.ZipFile(folder / wheel_name()) as packed:
        return {name: packed.read(name) for name in packed.namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_the_library_and_nothing_else(clean, built):
    """What the library's folder holds is looked through for solutions in test_handout.py."""
    library = {str(path.relative_to(clean)): path.read_bytes() for path in (clean / "attention_lab").rglob("*")
               if path.is_file()}
    library |= {f"attention_lab/lessons/{path.relative_to(clean)}": path.read_bytes()
                for path in clean.glob("*/figures/*")}
    assert held(built) == library


def test_the_sdist_holds_the_library_and_gives_the_same_wheel(built):
    with tarfile.open(built / f"attention_lab-{version()}.tar.gz") as packed:
        top = {Path(name).parts[1] for name in packed.getnames()}
    assert top == {"attention_lab", "pyproject.toml", "hatch_build.py", "PKG-INFO"}
    assert held(built / "again") == held(built)
