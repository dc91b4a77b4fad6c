"""The first cell of every notebook, and the one setting that holds the course's address."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from builder import build, place
from solutions.shared.course import COURSE, FIRST_CELL, NOTEBOOKS, ROOT, version

LESSONS = pytest.mark.parametrize("lesson", build.lessons(), ids=lambda lesson: lesson.name)
ADDRESS = "somebody/attention"
SE = build.lessons()[1]
HERE = place.first_cell(SE, "").source
COLAB = "import sys; sys.modules['google.colab'] = sys\n"


def said(source: str, folder: Path, library: bool, **environment: str) -> str:
    """What a cell prints in a folder, in a Python that has the library or not."""
    found = {"PYTHONPATH": str(COURSE)} if library else {}
    isolated = [] if library else ["-I", "-S"]
    return subprocess.run([sys.executable, *isolated, "-c", source], cwd=folder, env={"PATH": "", **found, **environment},
                          capture_output=True, text=True, check=True).stdout


def test_where_all_is_well_the_first_cell_prints_nothing(tmp_path):
    (tmp_path / "checks").mkdir()
    assert said(HERE, tmp_path, library=True) == ""


@pytest.mark.parametrize("before, environment, advice", [
    ("", {}, "`make lab` and open"), ("", {}, ".whl file"), ("", {"VSCODE_PID": "7"}, "VS Code: click Select Kernel"),
    (COLAB, {}, "Colab: mount your Drive"),
])
def test_where_something_is_missing_it_says_in_one_line_what_to_do_there(tmp_path, before, environment, advice):
    shown = said(before + HERE, tmp_path, library=False, **environment)
    assert advice in shown and shown.count("\n") == 1
    assert advice in said(before + HERE, tmp_path, library=True, **environment)  # no folder of checks


def test_with_an_address_colab_fetches_the_course_and_goes_to_the_lesson(tmp_path):
    cell = place.first_cell(SE, ADDRESS).source.replace("/content", str(tmp_path))
    (tmp_path / "course/course/01_se/checks").mkdir(parents=True)
    ran = "import os\nos.system = print\n"
    shown = said(COLAB + ran + cell + "\nprint(os.getcwd())", tmp_path, library=False)
    assert f"git clone -q --depth 1 https://github.com/{ADDRESS} {tmp_path}/course" in shown
    assert f"pip install -q {tmp_path}/course/course" in shown and shown.endswith(f"{tmp_path}/course/course/01_se\n")
    assert (COURSE / "pyproject.toml").exists()  # what pip would install


def test_the_address_is_one_setting_and_without_it_nothing_names_one():
    for address, links in (("", 0), (ADDRESS, 1)):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Title\n\nWords."), nbformat.v4.new_code_cell("1")])
        place.put_in(notebook, SE, address)
        assert notebook.cells[0].source.count(f"github/{ADDRESS}/blob/main/course/01_se/01_se.ipynb") == links
        assert ("github" in notebook.cells[1].source) == bool(links)
        assert notebook.cells[0].source.startswith("# Title\n") and notebook.cells[0].source.endswith("\nWords.")
    settings = re.findall(r"(?m)^repository = (.*?) +#", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert len(settings) == 1


@LESSONS
def test_built_notebooks_begin_with_it_and_carry_the_version(lesson):
    for folder in (NOTEBOOKS, COURSE):
        notebook = nbformat.read(folder / lesson.name / f"{lesson.name}.ipynb", as_version=4)
        first = next(cell for cell in notebook.cells if cell.cell_type == "code")
        assert first.id == FIRST_CELL and not first.outputs
        assert notebook.metadata[place.METADATA] == {"version": version()}
