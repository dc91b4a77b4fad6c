"""Pictures with sliders and buttons, and grids of cells: in JupyterLab, where scripts are not trusted, and in an
exported page."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser.lab import Lab, missing_tools, wait_for
from tests.conftest import need

pytestmark = pytest.mark.nightly

CONTROLS = """
from matplotlib.figure import Figure
from attention_lab.pictures.touch import slide

def bars(power, which):
    figure = Figure(figsize=(4, 2))
    figure.subplots().bar(range(4), [2 ** power if str(bar + 1) == which else 1 for bar in range(4)])
    return figure

slide({"Scale of the logits": {"x 1/2": -1, "x 1": 0, "x 2": 1}, "Bar": {"first": "1", "second": "2"}}, bars,
      lambda power, which: f"Bar {which} is {2.0 ** power:g} high.", start=("x 1", "second"))
"""
CELLS = """
import torch
from attention_lab.pictures.touch import point

def own_row(row, column):
    lights = torch.zeros(2, 3)
    lights[row] = 0.2
    lights[row, column] = 1
    return lights

point((2, 3), own_row, lambda row, column: f"Row {row}, column {column}.", start=(0, 1))
"""
OVER_A_PICTURE = """
import torch
from attention_lab.pictures.touch import point

picture = torch.tensor([[1.0, 0, 0], [0, 0, 1]]).T[:, None].expand(3, 2, 2)  # red on the left, blue on the right
point((2, 2), lambda row, column: torch.eye(2)[[column, column]], lambda row, column: f"Column {column} is lit.", (0, 0), picture)
"""  # noqa: E501
SIDES = "return [...arguments[0].querySelectorAll('rect.paint')].map(s => Math.round(s.getBoundingClientRect().width))"
LIT = """const of = arguments[0], squares = [...of.querySelectorAll('rect.cell')], caption = of.querySelector('figcaption');
         return {lights: squares.map(s => Number(s.getAttribute('fill-opacity')).toFixed(1)).join(' '),
                 says: caption && caption.textContent, framed: squares.findIndex(s => s.getAttribute('stroke-width') == 4),
                 pictures: [...of.querySelectorAll('img')].filter(i => i.offsetParent).map(i => i.alt)}"""  # noqa: E501
SEEN = """return {inputs: [...arguments[0].querySelectorAll('input')].map(i => i.type).join(' '),
                   pictures: [...arguments[0].querySelectorAll('img')].filter(i => i.offsetParent).map(i => i.alt)}"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A folder with `new.ipynb`, `old.ipynb` as somebody else's kernel left it, and that as a page."""
    need(missing_tools())
    folder = tmp_path_factory.mktemp("touch")
    cells = {"slider": CONTROLS, "grid": CELLS, "picture": OVER_A_PICTURE, "below": ""}
    notebook = new_notebook(cells=[new_code_cell(source, id=name) for name, source in cells.items()],
                            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    nbformat.write(notebook, folder / "new.ipynb")
    for options in (["notebook", "--execute", "--output", "old.ipynb", "new.ipynb"], ["html", "old.ipynb"]):
        subprocess.run([sys.executable, "-m", "nbconvert", "--to", *options], cwd=folder, check=True,
                       capture_output=True)
    return folder


@pytest.fixture(scope="module")
def lab(executed):
    with Lab(executed) as lab:
        yield lab


def test_the_arrow_keys_move_it_and_not_the_notebook(lab):
    lab.open("new.ipynb")
    assert "Bar 2 is 1 high." in lab.run("slider")
    cell = lab.cell("slider")
    assert lab.js(SEEN, cell) == {"inputs": "range radio radio", "pictures": ["Bar 2 is 1 high."]}
    scale, first, second = cell.find_elements("css selector", "input")
    scale.send_keys(Keys.ARROW_RIGHT)
    assert lab.js(SEEN, cell)["pictures"] == ["Bar 2 is 2 high."]
    scale.send_keys(Keys.HOME)
    assert lab.js(SEEN, cell)["pictures"] == ["Bar 2 is 0.5 high."]
    assert (
        scale.get_attribute("aria-valuetext") == "x 1/2" and scale.get_attribute("aria-label") == "Scale of the logits"
    )
    second.send_keys(Keys.ARROW_LEFT)
    assert lab.js(SEEN, cell)["pictures"] == ["Bar 1 is 0.5 high."]
    assert first.is_selected() and not second.is_selected()
    second.find_element("xpath", "..").click()  # its name
    assert lab.js(SEEN, cell)["pictures"] == ["Bar 2 is 0.5 high."]
    assert [group.get_attribute("aria-label")
            for group in cell.find_elements("css selector", "[role=radiogroup]")] == ["Bar"]
    assert "Bar 2 is 0.5 high." in lab.output("slider")
    assert lab.js("return jupyterapp.shell.currentWidget.content.activeCell.model.id") == "slider"
    lab.screenshot("touch", "slider")


def test_where_nothing_is_trusted_one_picture_stands_still(lab):
    lab.open("old.ipynb")
    cell = lab.cell("slider")
    wait_for("the picture", lambda: lab.js(SEEN, cell)["pictures"])
    assert lab.js(SEEN, cell) == {"inputs": "", "pictures": ["Bar 2 is 1 high."]}
    grid = lab.cell("grid")
    assert lab.js(LIT, grid)["pictures"] == ["Row 0, column 1."] and lab.js(LIT, grid)["framed"] == -1


def test_a_grid_answers_for_the_cell_that_is_pointed_at(lab):
    lab.open("new.ipynb")
    assert "Row 0, column 1." in lab.run("grid")
    cell = lab.cell("grid")
    assert lab.js(LIT, cell) == {"lights": "0.2 1.0 0.2 0.0 0.0 0.0", "says": "Row 0, column 1.", "framed": 1,
                                 "pictures": []}
    drawing = cell.find_element("css selector", "figure svg")
    for key, says in ((Keys.ARROW_DOWN, "Row 1, column 1."), (Keys.ARROW_DOWN, "Row 1, column 1."),
                      (Keys.ARROW_RIGHT, "Row 1, column 2."),
                      (Keys.ARROW_RIGHT, "Row 1, column 2."), (Keys.ARROW_UP, "Row 0, column 2.")):
        drawing.send_keys(key)
        assert lab.js(LIT, cell)["says"] == says and drawing.get_attribute("aria-label") == says
    assert lab.js("return jupyterapp.shell.currentWidget.content.activeCell.model.id") == "grid"
    ActionChains(lab.driver).move_to_element(cell.find_elements("css selector", "rect.cell")[3]).perform()
    assert lab.js(LIT, cell) == {"lights": "0.0 0.0 0.0 1.0 0.2 0.2", "says": "Row 1, column 0.", "framed": 3,
                                 "pictures": []}
    lab.screenshot("touch", "grid")


def test_an_exported_page_has_it_too(executed, lab):
    lab.driver.get((executed / "old.html").as_uri())
    body, grid, picture = lab.driver.find_elements("css selector", "figure")
    assert lab.js(LIT, grid)["says"] == "Row 0, column 1." and lab.js(LIT, grid)["framed"] == 1
    assert lab.js(SEEN, body) == {"inputs": "range radio radio", "pictures": ["Bar 2 is 1 high."]}
    body.find_element("css selector", "input[type=range]").send_keys(Keys.ARROW_RIGHT)
    assert lab.js(SEEN, body)["pictures"] == ["Bar 2 is 2 high."]
    drawing = picture.find_element("css selector", "svg")
    colours = [rect.get_attribute("fill") for rect in picture.find_elements("css selector", "rect.paint")]
    assert colours == ["#FF0000", "#0000FF"] * 2 and lab.js(SIDES, picture) == [26, 10, 26, 10]
    drawing.send_keys(Keys.ARROW_RIGHT)
    assert lab.js(SIDES, picture) == [10, 26, 10, 26] and lab.js(LIT, picture)["says"] == "Column 1 is lit."
    assert nbformat.read(executed / "old.ipynb",
                         as_version=4).cells[0].outputs[0].data["text/plain"] == "Bar 2 is 1 high."
