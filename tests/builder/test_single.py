"""Single notebooks: one of them and the library, in an empty folder, are the whole lesson."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
import resvg_py
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell

from autograder.lessons import course
from autograder.submission.parse import parse
from builder import notebooks, single
from builder.download import wheel
from builder.run import beside
from tests.builder.test_first_cell import ADDRESS, published, said  # noqa: F401  a fixture

LESSONS = course.lessons()
SE = next(lesson for lesson in LESSONS if lesson.name == "01_se")
LARGEST = 3_000_000  # bytes
LOOK = """import torch
from attention_lab.pictures.look import look
look(torch.eye(6), torch.rand(3, 20, 30), grid=(2, 3), start=(0, 0))"""


def markdown(lesson):
    return [cell for cell in single.notebook(lesson)["cells"] if cell["cell_type"] == "markdown"]


def first_cell(lesson=SE):
    return next(cell["source"] for cell in single.notebook(lesson)["cells"] if cell["id"] == "first-cell")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_nothing_that_it_shows_lies_beside_it(lesson):
    assert len(json.dumps(single.notebook(lesson))) < LARGEST
    for cell in markdown(lesson):
        targets = re.findall(r"\]\(([^)]*)", cell["source"])
        assert all(target.startswith(("https://", "attachment:")) for target in targets), targets
        names = [target.removeprefix("attachment:") for target in targets if target.startswith("attachment:")]
        assert names == list(cell.get("attachments", {}))
        assert all(base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
                   for bundle in cell.get("attachments", {}).values())


def test_the_drawings_have_their_words():
    """On a machine without fonts, resvg leaves them out and says nothing."""
    drawing = course.COURSE / "01_se/figures/se_block.svg"
    silent = resvg_py.svg_to_bytes(svg_path=str(drawing), zoom=single.ZOOM, skip_system_fonts=True)
    assert single.picture(drawing) != base64.b64encode(silent).decode()


def test_links_to_other_files_lead_to_an_address_if_there_is_one():
    text = "[`a` [1]](#A), [b](lab_book.md#7.-The-b's), [c](../02_eca/02_eca.ipynb), [d](https://d), ![e](attachment:e)"
    assert single.without_dead_links(text, "01_se") == "`a` [1], b, c, [d](https://d), ![e](attachment:e)"


def test_with_an_address(published):  # noqa: F811  the fixture
    here = f"https://github.com/{ADDRESS}/blob/main/course"
    assert single.without_dead_links("[a](#A), [b](lab_book.md#7.-The-b's), [c](../02_eca/02_eca.ipynb)", "01_se") == (
        f"a, [b]({here}/01_se/lab_book.md#7-the-bs), [c]({here}/02_eca/02_eca.ipynb)")
    assert f'"git+https://github.com/{ADDRESS}#subdirectory=course"' in first_cell()


@pytest.mark.parametrize("files, address, installed", [
    ([], False, None), ([], True, "git+https"), (["attention_lab-9-py3-none-any.whl"], True, "attention_lab-9"),
    (["attention_lab-9-py3-none-any.whl"], False, "attention_lab-9"),
    (["attention_lab-9-py3-none-any.whl", "attention_lab/__init__.py"], True, None)])
def test_the_first_cell_installs_the_library_only_where_it_is_missing(files, address, installed, tmp_path, request):
    """pip is made up: what is seen is what it is given."""
    if address:
        request.getfixturevalue("published")
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    before = (f"import os, subprocess, sys, types\nos.chdir({str(tmp_path)!r})\nsys.path.insert(0, '')\n"
              "subprocess.run = lambda command, **_: types.SimpleNamespace(stderr=command[-1])")
    printed, error = said(first_cell(), before)
    assert printed.startswith(installed) if installed else not printed
    assert "No module named 'attention_lab" in error and max(map(len, first_cell().splitlines())) <= 96


def test_a_hand_in_is_read_without_the_drawings_and_with_a_learners_own_picture():
    content = single.notebook(SE)
    content["cells"][0]["source"] += "![mine](attachment:mine.png)"
    content["cells"][0]["attachments"]["mine.png"] = {"image/png": "iVBORw0KGgo="}
    read = [cell for cell in parse(json.dumps(content).encode()).cells if cell.cell_type == "markdown"]
    given = [cell for cell in nbformat.read(course.COURSE / "01_se/01_se.ipynb", as_version=4).cells
             if cell.cell_type == "markdown"]
    assert [list(cell.get("attachments", {})) for cell in read if "attachments" in cell] == [["mine.png"]]
    assert [cell.source for cell in read[1:]] == [single.without_dead_links(cell.source, SE.name) for cell in given[1:]]


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """A Python with the packages of this one, without the library; and the library's file."""
    folder = tmp_path_factory.mktemp("clean")
    packages = folder / "packages"
    packages.mkdir()
    here = Path(pytest.__file__).parents[1]
    for path in here.iterdir():
        if "attention_lab" not in path.name:  # also not its editable install, which is a .pth file
            (packages / path.name).symlink_to(path)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    site, = (folder / "venv").glob("lib/*/site-packages")
    (site / "others.pth").write_text(f"{packages}\n")
    return folder / "venv/bin/python", wheel(folder), site


class Pictures(HTMLParser):
    """Where the pictures of a page come from."""

    def __init__(self, page):
        super().__init__()
        self.sources = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.sources += [dict(attrs)["src"]] if tag == "img" else []


@pytest.mark.parametrize("lesson", [pytest.param(lesson, id=lesson.name,
                                                 marks=[] if lesson == SE else [pytest.mark.nightly])
                                    for lesson in LESSONS])
def test_alone_with_the_library_a_solved_lesson_runs_and_shows_all(lesson, clean, tmp_path):
    """Its experiments, too. Nothing is fetched, and nothing can be written but in its folder. The capstone takes
    modules out of the other lessons' notebooks, so these lie in folders next to it."""
    python, library, site = clean
    alone = tmp_path / "alone"
    for path in [library, *beside(lesson.name, notebooks.read_source(lesson))]:
        folder = alone if path == library else tmp_path / path.parent.name
        folder.mkdir()
        shutil.copy(path, folder)
    notebook = nbformat.from_dict(single.notebook(lesson))
    solved = nbformat.read(course.NOTEBOOKS / lesson.name / f"{lesson.name}.ipynb", as_version=4)
    answers = {cell.id: cell.source for cell in solved.cells}
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = answers[cell.id]
    notebook.cells.append(new_code_cell(LOOK, id="look"))
    nbformat.write(notebook, alone / "one.ipynb")
    environment = {**os.environ, "HOME": "/proc/nobody", "PIP_NO_INDEX": "1", "JUPYTER_RUNTIME_DIR": str(tmp_path)}
    environment.pop("PYTHONPATH", None)
    subprocess.run([python, "-m", "nbconvert", "--to=notebook", "--execute", "--allow-errors", "--inplace",
                    "one.ipynb"], cwd=alone, env=environment, check=True, capture_output=True)
    assert (site / "attention_lab/__init__.py").is_file()
    ran = nbformat.read(alone / "one.ipynb", as_version=4)
    code = {cell.id: cell for cell in ran.cells if cell.cell_type == "code"}
    assert not [(cell.id, output) for cell in code.values() for output in cell.outputs
                if output.output_type == "error"]
    for cell in code.values():
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade"):
            assert float(cell.outputs[-1].data["text/plain"]) == marks["points"], cell.outputs[0].data["text/html"]
    assert "<script" in code["look"].outputs[-1].data["text/html"]
    page, _ = HTMLExporter().from_notebook_node(ran)
    sources = Pictures(page).sources
    assert all(source.startswith("data:image/") for source in sources)
    assert len(sources) >= sum(len(cell.get("attachments", {})) for cell in ran.cells) > 0
