"""Drawings with sliders in JupyterLab, and where its scripts are not trusted. (In an exported page: test_slide.py.)"""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from selenium.webdriver.common.keys import Keys

from tests.browser.lab import Lab, missing_tools, wait_for
from tests.conftest import need

pytestmark = pytest.mark.nightly

CONTROLS = """
import torch
from attention_lab.pictures.panels import bars
from attention_lab.pictures.touch import slide

slide({"Scale of the logits": {"x 1/2": -1, "x 1": 0, "x 2": 1}, "Bar": {"first": "1", "second": "2"}},
      lambda power, which: [bars(torch.tensor([2.0 ** power if bar == which else 1 for bar in "12"]), "12", "bars", high=2)],
      lambda power, which: f"Bar {which} is {2.0 ** power:g} high.", start=("x 1", "second"))
"""  # noqa: E501
SEEN = """return {inputs: [...arguments[0].querySelectorAll('input')].map(i => i.type).join(' '),
                   pictures: [...arguments[0].querySelectorAll('svg[role=img]')].map(i => i.ariaLabel),
                   stills: [...arguments[0].querySelectorAll('img')].filter(i => i.offsetParent).map(i => i.alt)}"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A folder with `new.ipynb`, and `old.ipynb` as somebody else's kernel left it."""
    need(missing_tools())
    folder = tmp_path_factory.mktemp("touch")
    cells = {"slider": CONTROLS, "below": ""}
    notebook = new_notebook(cells=[new_code_cell(source, id=name) for name, source in cells.items()],
                            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    nbformat.write(notebook, folder / "new.ipynb")
    subprocess.run([sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--output", "old.ipynb",
                    "new.ipynb"], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def lab(executed):
    with Lab(executed) as lab:
        yield lab


def test_the_arrow_keys_move_it_and_not_the_notebook(lab):
    lab.open("new.ipynb")
    assert "Bar 2 is 1 high." in lab.run("slider")
    cell = lab.cell("slider")
    assert lab.js(SEEN, cell) == {"inputs": "range radio radio", "pictures": ["Bar 2 is 1 high."], "stills": []}
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
    wait_for("the picture", lambda: lab.js(SEEN, cell)["stills"])
    assert lab.js(SEEN, cell) == {"inputs": "", "pictures": [], "stills": ["Bar 2 is 1 high."]}
