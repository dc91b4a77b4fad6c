"""Colab and Kaggle, as far as they can be made up: an empty folder, a home that nobody can write to, packages that are
there already.

What is brought is the last commit. The address on GitHub leads to this repository;
Google's and Kaggle's machines are not asked.
"""

import json
import os
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest
from conftest import ROOT, need
from nbformat.v4 import new_markdown_cell, new_notebook

from builder import download, first_cell

pytestmark = pytest.mark.nightly

ADDRESS = "somebody/attention-by-hand"
LESSON = "01_se"
RIGHT = "def squeeze(x):\n    return x.mean(dim=(2, 3))\n"
SESSION = """
import json, os, sys, types
BEFORE
exec(sys.argv[1])
from attention_lab import check
from attention_lab.notebook import progress
exec(sys.argv[2])
points = check(squeeze)
from pathlib import Path
print(json.dumps([float(points), os.getcwd(), progress.kept(Path.cwd(), "squeeze").points, sys.modules["attention_lab"].__file__]))
"""  # noqa: E501
COLAB = 'sys.modules["google.colab"] = types.ModuleType("google.colab")'


@pytest.fixture
def content(tmp_path):
    """A folder as Colab's /content."""
    if not (ROOT / ".git").exists():
        need(["git and a clone"])
    (tmp_path / "content").mkdir()
    return tmp_path / "content"


@pytest.fixture
def python(tmp_path):
    """An environment with pip and the packages that the library needs, and without the library."""
    venv.create(tmp_path / "environment", with_pip=True)
    site = subprocess.run([tmp_path / "environment/bin/python", "-c",
                           "import sysconfig; print(sysconfig.get_path('purelib'))"],
                          capture_output=True, text=True, check=True).stdout.strip()
    # A .pth file there, such as that of an editable install, is not read.
    Path(site, "packages.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return tmp_path / "environment/bin/python"


def environment(python):
    """Its pip and git come first, GitHub's address is this repository's, and the home can't be made nor written to."""
    kept = {name: value for name, value in os.environ.items()
            if name not in ("PYTHONPATH", "VIRTUAL_ENV", "MPLCONFIGDIR")}
    return kept | {"HOME": "/proc/nobody", "PATH": f"{python.parent}:{os.environ['PATH']}",
                   "PIP_ROOT_USER_ACTION": "ignore",
                   "PIP_NO_CACHE_DIR": "1", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.file://{ROOT}.insteadOf",
                   "GIT_CONFIG_VALUE_0": f"https://github.com/{ADDRESS}"}


def session(python, folder, first, before=""):
    """A kernel that runs the notebook's first cell, a right answer and its check: points, folder, points that are
    kept, the library."""
    done = subprocess.run([python, "-c", SESSION.replace("BEFORE", before), first, RIGHT], cwd=folder,
                          env=environment(python),
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def first(repository):
    page = new_notebook(cells=[new_markdown_cell("# A title\n\n*A sentence.*")])
    first_cell.add(page, LESSON, repository)
    return page.cells[1].source


@pytest.mark.parametrize("address, before", [(ADDRESS, COLAB), ("", "")], ids=["fetched on colab", "brought by hand"])
def test_a_notebook_and_the_library_are_enough_and_progress_stays(content, python, address, before):
    if not address:
        pip = python, "-m", "pip", "install", "-q", download.wheel(content)
        subprocess.run(pip, env=environment(python), check=True)
    for _ in range(2):  # the second time as after "Restart session", where the files are still there
        points, folder, kept, library = session(python, content, first(address), before)
        assert (points, folder, kept) == (2.0, str(content), 2.0)
        assert Path(library).is_relative_to(python.parents[1])
    assert (content / ".progress.json").is_file()
