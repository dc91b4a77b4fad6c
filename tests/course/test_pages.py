"""What a machine can see of a page's form: its contents, how soon the first exercise comes, and pictures that everybody
can read.

(One sentence per line: test_lesson_source.py. Words that the course does without: test_prose.py.)
"""

import ast
import re

import nbformat
import pytest

from attention_lab.notebook.course_map import duration
from autograder.lessons.course import ROOT
from builder import build, cells, first_cell
from builder.cells import experiment
from tests.course import sources
from tests.course.test_handout import GIVEN

pytestmark = pytest.mark.quick

MOST_LINES = 20
LESSONS = pytest.mark.parametrize("lesson", build.lessons(), ids=lambda lesson: lesson.name)


def markdown(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def without_link(source):
    """A cell without the link that stands below a page's title where the course has an address: it isn't the page's."""
    return re.sub(rf"\[{first_cell.OPEN}\]\(\S*\)", "", source)


def lines_before_the_first_exercise(notebook, given=()):
    """Lines of code, without empty ones, comments and imports, above the first cell that a learner fills.

    What every page begins with does not count, nor what its reader knows already: `given`."""
    found = []
    for cell in notebook.cells:
        if cell.source.startswith(tuple(f"{name}(" for name in given)):
            continue
        if cell.metadata.get("nbgrader", {}).get("solution"):
            return found
        if cell.cell_type == "code":
            lines = cell.source.split("\n")
            for node in ast.walk(ast.parse(cells.code([cell]))):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    lines[node.lineno - 1:node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
            found += [line for line in lines if line.strip() and not line.strip().startswith("#")]
    raise ValueError("the page has no exercise")


@LESSONS
def test_the_first_exercise_comes_soon(lesson):
    found = lines_before_the_first_exercise(sources.page(lesson), GIVEN.get(lesson.name, ()))
    count = len(found)
    assert count <= MOST_LINES, "\n".join(["put plots into attention_lab/pictures, data into tasks:", *found])


def sections(notebook):
    """The anchors that JupyterLab and nbconvert give to a page's sections."""
    headings = re.findall(r"^## (.*)$", "\n".join(markdown(notebook)), re.MULTILINE)
    return [heading.replace("`", "").replace(" ", "-") for heading in headings]


@LESSONS
def test_the_table_of_parts_leads_to_every_section_and_its_minutes_add_up(lesson):
    notebook = sources.page(lesson)
    # "another": on top, for those who have time
    parts = re.findall(r"^\| (.*) \| (another )?(\d+) \|$", markdown(notebook)[0], re.MULTILINE)
    assert sum(int(minutes) for _, another, minutes in parts if not another) == lesson.minutes, "as in course.toml"
    assert (takes := f" · {duration(lesson.minutes)} · ") in markdown(notebook)[0], f"write {takes} on top"
    found = sections(notebook)
    linked = [anchor for part, *_ in parts for anchor in re.findall(r"\]\(#([^)]*)\)", part)]
    assert linked == [anchor for anchor in found if not anchor.endswith("References")], "link to each section, in order"
    assert set(re.findall(r"\]\(#([^)]*)\)", "\n".join(markdown(notebook)))) <= set(found), "no such section"


@LESSONS
def test_every_picture_of_a_page_has_words_for_those_who_cannot_see_it(lesson):
    solved = nbformat.read(ROOT / f"solutions/notebooks/{lesson.name}/{lesson.name}.ipynb", as_version=4)
    outputs = [(cell.source, output.get("data", {})) for cell in solved.cells if cell.cell_type == "code"
               for output in cell.outputs]
    assert [source for source, data in outputs if "image/png" in data] == [], "use show(figure, alt)"
    tags = re.findall(r"<img[^>]*>", "".join(data.get("text/html", "") for _, data in outputs))
    described = re.compile(r'alt="[^"]{20,}"|<img alt="" [^>]*svg\+xml')  # a figure's first drawing has its sentence
    assert [tag[:80] for tag in tags if not described.search(tag)] == [], "describe it in alt"
    assert re.findall(r"!\[.{0,20}\]\(.*\)", "\n".join(markdown(solved))) == [], "describe it in 20 signs or more"


def test_code_is_counted_up_to_the_first_exercise():
    cells = ["import torch\n\n# a comment\nx = 1", "def f(x):\n    return x", "y = 2"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    notebook.cells[1].metadata["nbgrader"] = {"solution": True}
    notebook.cells.insert(1, nbformat.v4.new_code_cell("class Known(Module):\n    pass"))
    assert lines_before_the_first_exercise(notebook, ("class Known",)) == ["x = 1"]


# what compares predictions with measured numbers, and the predictions
COMPARED = re.compile(r"(?:predict_then_run\((?:dict\(zip\()?|plot\.show\(results, )(\w+)")


@LESSONS
def test_predictions_are_looked_at_before_anything_is_trained(lesson):
    """And comparing them trains nothing: who forgot them does not train a second time."""
    cells = [cell.source for cell in sources.page(lesson).cells
             if cell.cell_type == "code" and experiment(cell)]
    for before, cell in zip(cells, cells[1:]):
        trains = re.search(r"^\w+ = compare_arms\(", before, re.MULTILINE)
        if trains and COMPARED.search(cell):
            assert "remind(" in before[:trains.start()], "call remind(...) before compare_arms(...)"
        assert not (COMPARED.search(cell) and re.search(r"= compare_arms\(", cell)), "train before"


@LESSONS
def test_guesses_that_a_page_collects_are_compared_with_what_is_measured(lesson):
    """And a page asks for none on a piece of paper, where nothing compares them."""
    notebook = sources.page(lesson)
    assert not re.search(r"\b(guess|answer)\w*\b.*\bpiece of paper\b", "\n".join(markdown(notebook))), "collect it"
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    collected = {name for source in code
                 for name, given in re.findall(r"^(\w+) = \{([^{}]*)\}$", source, re.MULTILINE)
                 if re.fullmatch(r"(\s*\"[^\"]*\": None,?)+\s*", given)}
    assert collected <= set(COMPARED.findall("\n".join(code))), "compare each with predict_then_run(...)"
