"""A mask that is drawn by hand: by pointer and keyboard in JupyterLab, and as a still picture where scripts are not
trusted."""

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

CELL = """
import torch
from attention_lab.lessons.catnet.pictures.drawn_mask import draw_mask

colours = torch.eye(3).repeat(1, 2).view(3, 2, 3)  # red, green, blue, twice
draw_mask((colours, colours.flip(2)), (colours, colours.flip(2)), torch.tensor([[1, 0, 0], [0, 0, 0]]),
          torch.tensor([[0, 0, 1], [0, 0, 1]]),
          {name: torch.rand(2, 3) for name in ("prototype", "prior mask", "look-up")}, sharpness=100.0)
"""
SEEN = """const of = arguments[0];
          return {says: of.querySelector('figcaption').textContent, still: of.querySelectorAll('figure img').length,
                  marked: [...of.querySelectorAll('rect.support')].map(s => Number(s.getAttribute('fill-opacity')) == 1)}"""  # noqa: E501


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A folder with `new.ipynb`, and `old.ipynb` as somebody else's kernel left it."""
    need(missing_tools())
    folder = tmp_path_factory.mktemp("drawn")
    notebook = new_notebook(cells=[new_code_cell(CELL, id="mask"), new_code_cell("", id="below")],
                            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    nbformat.write(notebook, folder / "new.ipynb")
    subprocess.run([sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--output", "old.ipynb",
                    "new.ipynb"],
                   cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def lab(executed):
    with Lab(executed) as lab:
        yield lab


def test_cells_are_marked_by_pointer_and_by_keyboard_and_the_maps_follow(lab):
    lab.open("new.ipynb")
    lab.run("mask")
    cell = lab.cell("mask")
    seen = lab.js(SEEN, cell)
    assert (
        seen["says"].startswith("1 of 6 cells are marked.") and "look-up 100 %" in seen["says"] and seen["still"] == 0
    )
    squares = cell.find_elements("css selector", "rect.support")
    ActionChains(lab.driver).move_to_element(squares[0]).click_and_hold().move_to_element(
        squares[3]
    ).release().perform()
    assert lab.js(SEEN, cell)["marked"] == [False] * 6 and "Without a mark" in lab.js(SEEN, cell)["says"]
    drawing = cell.find_element("css selector", "figure svg")
    drawing.send_keys(Keys.ARROW_UP)
    drawing.send_keys(Keys.ARROW_RIGHT)
    drawing.send_keys(" ")
    assert lab.js(SEEN, cell)["marked"] == [False, True, False, False, False, False]
    assert drawing.get_attribute("aria-label").endswith("Row 0, column 1: marked.")
    assert lab.js("return jupyterapp.shell.currentWidget.content.activeCell.model.id") == "mask"
    lab.screenshot("touch", "mask")


def test_where_nothing_is_trusted_one_picture_stands_still(lab):
    lab.open("old.ipynb")
    cell = lab.cell("mask")
    wait_for("the picture", lambda: lab.js("return arguments[0].querySelectorAll('figure img').length", cell))
    assert lab.js(SEEN, cell)["says"].startswith("1 of 6 cells of a support picture are marked")
