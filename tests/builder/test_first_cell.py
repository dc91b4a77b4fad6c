"""The first cell of a lesson and the kit that it loads, what an address adds, and the version that everything
names."""

import os
import re
import subprocess
import sys
import tomllib
from importlib import import_module

import nbformat
import pytest
import yaml

from autograder.lessons import course
from builder import first_cell, lesson_lists, notebooks
from tests.conftest import ROOT

pytestmark = pytest.mark.quick

ADDRESS = "somebody/attention-by-hand"
LESSON = course.lessons()[1]
FIRST = 'from attention_lab.lessons.se import *\n\nbegin("01_se")'


def made(repository, lesson=LESSON):
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A title\n\n*A sentence.*"),
                                           nbformat.v4.new_code_cell(FIRST)])
    first_cell.add_link(page, lesson.name, repository)
    return first_cell.with_first_cell(page, lesson, repository)


@pytest.fixture(params=["", ADDRESS], ids=["no address", "an address"])
def repository(request):
    return request.param


def said(cell, before=""):
    """What the cell prints, and its error, in a Python that has none of this environment's packages."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run([sys.executable, "-S", "-c", f"{before}\nexec({cell!r})"], env=environment,
                           capture_output=True, text=True)
    return ended.stdout, ended.stderr


def test_where_the_library_is_missing_the_cell_stops_and_says_what_to_do_above_the_import(repository):
    cell = made(repository).cells[1].source
    assert "ModuleNotFoundError: No module named 'attention_lab'" in said(cell)[1]
    above, *_ = cell.split("from attention_lab")
    assert "# ModuleNotFoundError?" in above
    assert (f"%pip install git+https://github.com/{ADDRESS}#subdirectory=course"
            if repository else "`%pip install ..`") in above  # as course/README.md, which comes with the library


def test_in_colab_with_an_address_it_fetches_the_library():
    """pip is made up: what is seen is which command is given."""
    colab = "import os, sys, types\nsys.modules['google.colab'] = types.ModuleType('google.colab')\nos.system = print"
    fetched, _ = said(made(ADDRESS).cells[1].source, before=colab)
    assert fetched == f"pip install -q git+https://github.com/{ADDRESS}#subdirectory=course\n"


def test_a_page_begins_with_the_names_of_its_kit():
    for lesson in course.lessons():
        first = next(cell.source for cell in notebooks.read_source(lesson).cells if cell.cell_type == "code")
        assert first == FIRST.replace(".se ", f".{lesson.topic} ").replace("01_se", lesson.name)
        import_module(f"attention_lab.lessons.{lesson.topic}")


@pytest.mark.parametrize("more", ["x = 1\n", ""], ids=["an assignment", "no begin"])
def test_a_first_cell_that_does_not_import_and_begin_is_refused(more):
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"import math\n{more}" + (FIRST if more else ""))])
    with pytest.raises(ValueError, match=r'imports, ends with begin\("01_se"\), and does nothing else'):
        first_cell.with_first_cell(page, LESSON, "")


def test_it_fits_the_page(repository):
    assert max(map(len, made(repository).cells[1].source.split("\n"))) <= 96


def test_an_address_links_to_colab_and_nothing_does_without():
    with_link, without = (made(repository).cells[0].source for repository in (ADDRESS, ""))
    assert without == "# A title\n\n*A sentence.*"
    notebook = f"https://colab.research.google.com/github/{ADDRESS}/blob/notebooks/01_se.ipynb"
    assert with_link == f"# A title\n\n[Open in Colab]({notebook})\n\n*A sentence.*"


@pytest.fixture
def published(tmp_path, monkeypatch):
    """The course with an address, as its pyproject.toml says it."""
    settings = tmp_path / "pyproject.toml"
    settings.write_text(f'[tool.course]\nrepository = "{ADDRESS}"\n', encoding="utf-8")
    monkeypatch.setattr(course, "SETTINGS", settings)
    return settings


def test_the_setting_reaches_every_lesson_and_every_page_keeps_its_form(published):
    for lesson in course.lessons():
        notebook = notebooks.read_source(lesson)
        assert f"{ADDRESS}/blob/notebooks/{lesson.name}.ipynb" in notebook.cells[0].source


def test_the_setting_reaches_the_learners_page(published, tmp_path):
    page = tmp_path / "learners.md"
    page.write_text("# A title\n\n<!-- colab, written by the build -->\nold\n<!-- /colab -->\n\nThe end.\n",
                    encoding="utf-8")
    before, text, after = re.split("<!--.*?-->\n", lesson_lists.with_parts(page))
    assert (before, after) == ("# A title\n\n", "\nThe end.\n") and "old" not in text
    assert f'pip install "git+https://github.com/{ADDRESS}#subdirectory=course"' in text
    published.write_text('[tool.course]\nrepository = ""\n', encoding="utf-8")
    text = lesson_lists.with_parts(page)
    assert "github.com" not in text and "the first cell installs" in text


def test_the_setting_reaches_the_citation_and_the_package(published):
    def stated():
        citation, package = (lesson_lists.with_parts(ROOT / file) for file in ("CITATION.cff", "course/pyproject.toml"))
        return yaml.safe_load(citation).get("repository-code"), tomllib.loads(package)["project"].get("urls")
    address = f"https://github.com/{ADDRESS}"
    assert stated() == (address, {"Repository": address})
    published.write_text('[tool.course]\nrepository = ""\n', encoding="utf-8")
    assert stated() == (None, None)


@pytest.mark.parametrize("wrong", ["attention-by-hand", "https://github.com/somebody/attention", "a/b c", "a/b\\n"])
def test_an_address_that_is_none_is_refused(published, wrong):
    published.write_text(f'[tool.course]\nrepository = "{wrong}"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="write owner/name"):
        course.repository()


def test_the_cells_of_a_page_keep_their_ids():
    """Learners' notebooks, and graded ones, refer to them."""
    ids = [cell.id for cell in first_cell.with_first_cell(notebooks.read_source(LESSON), LESSON, "").cells]
    assert ids[:3] == ["markdown-000", first_cell.ID, "markdown-002"] and len(set(ids)) == len(ids)


def test_a_lesson_carries_the_version_that_it_is_built_with():
    assert notebooks.read_source(LESSON).metadata["attention_lab"] == {"version": course.version()}


def test_every_place_names_the_same_version_and_the_same_authors():
    library = tomllib.loads((ROOT / "course/pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == library["version"] and cited["authors"] == library["authors"]
    changes = re.search(r"^## (\S+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert changes[1] == library["version"]
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        named = re.findall(r"attention_lab-([\d.]+)-py3", page.read_text(encoding="utf-8"))
        assert set(named) <= {library["version"]}, page
