"""A Python or a torch that is too old is one sentence, and nothing is checked or graded."""

import ast
import os
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from attention_lab import supported
from tests.conftest import ROOT

LIBRARY = ROOT / "course/attention_lab"
OLD_PYTHON = "import sys\nsys.version_info = (3, 10, 14, 'final', 0)\n"
NO_TORCH = "import sys\nsys.modules['torch'] = None\n"  # what an import then raises is ModuleNotFoundError
IN_A_NOTEBOOK = """
try:
    import attention_lab
except ImportError as error:
    print("\\n".join(error._render_traceback_()))
"""


def ended(code, tmp_path, torch="", *command):
    """A Python of its own that runs this code, with a made-up torch of that version."""
    if torch:
        (tmp_path / "torch").mkdir(exist_ok=True)
        (tmp_path / "torch/__init__.py").write_text(f"__version__ = {torch!r}\n")
    paths = os.pathsep.join(map(str, [tmp_path, ROOT, ROOT / "course"]))
    return subprocess.run([sys.executable, "-c", code, *command], env={**os.environ, "PYTHONPATH": paths},
                          capture_output=True, text=True)


@pytest.mark.parametrize("before, torch, needs, has", [
    (OLD_PYTHON, "", "Python 3.11 or newer", "is 3.10.14"),
    ("", "2.5.1+cu124", "torch 2.6 or newer", "this is 2.5.1+cu124"),
    ("", "1.13.0", "torch 2.6 or newer", "this is 1.13.0"),
    (NO_TORCH, "", "torch 2.6 or newer", "there is none"),
], ids=["Python", "torch 2.5", "torch 1.13", "no torch"])
def test_what_is_too_old_is_one_sentence(tmp_path, before, torch, needs, has):
    line, = ended(before + IN_A_NOTEBOOK, tmp_path, torch).stdout.splitlines()
    assert needs in line and has in line
    doctor = ended(before + "from autograder.cli import main\nmain()", tmp_path, torch, "doctor")
    assert doctor.returncode == 1 and doctor.stdout == ""
    line, = doctor.stderr.splitlines()
    assert line.startswith("Nothing can be graded here: ") and needs in line and has in line


@pytest.mark.parametrize("version", ["2.6.0", "2.13.0+cpu", "2.6.0a0+git1", "3.0.0"])
def test_newer_ones_are_accepted(monkeypatch, version):
    monkeypatch.setattr("torch.__version__", version)
    supported.require()


def test_pip_is_told_the_same():
    project = tomllib.loads((ROOT / "course/pyproject.toml").read_text(encoding="utf-8"))["project"]
    torch = next(r for r in map(Requirement, project["dependencies"]) if r.name == "torch")
    assert SpecifierSet(project["requires-python"]) == SpecifierSet(f">={supported._text(supported.PYTHON)}")
    assert torch.specifier == SpecifierSet(f">={supported._text(supported.TORCH)}")


@pytest.mark.parametrize("name", ["__init__", "supported", "short_errors"])
def test_the_python_that_is_refused_can_read_the_refusal(name):
    ast.parse((LIBRARY / f"{name}.py").read_text(encoding="utf-8"), feature_version=(3, 8))
