"""What can be touched, each thing in each front end: in JupyterLab, in Notebook 7, in a page that nbconvert exports, as
VS Code puts outputs into its page, and where no script is run. (On the site: tests/site/test_site.py.) What can't work
there is one still picture with its caption, or a sentence.

VS Code itself is not run. Its renderer sets a wrapper's innerHTML and then puts a copy of each script at the wrapper's
end: a script's neighbour is the wrapper, and no longer the figure that it was written in.
"""

import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys

from tests.browser.lab import ADDRESSES, FLAGS, Lab, missing_tools
from tests.browser.test_drawn_mask import CELL as MASK
from tests.browser.test_puzzle import HINTS
from tests.browser.test_touch import CONTROLS
from tests.conftest import need

pytestmark = pytest.mark.nightly

LOOK = """
import torch
from attention_lab.pictures.look import look
look(torch.eye(6).roll(1, 1), torch.rand(3, 20, 30), grid=(2, 3), start=(0, 0))
"""
WALL = """
from attention_lab.lessons.grl.pictures import point_at_wall
from attention_lab.lessons.grl.task import sticker_walls
point_at_wall(sticker_walls(1, seed=0))
"""
PUZZLE = """
from attention_lab.notebook import puzzle
puzzle._not_yet = lambda *_: ""
puzzle.puzzle("SEBlock")
"""
WRONG = """
from attention_lab import check
def squeeze(x):
    return x.sum(dim=(2, 3))
check(squeeze)
"""
# As VS Code's renderer does it (its domEval), and what goes wrong meanwhile.
AS_VS_CODE = """
const wrapper = document.body.appendChild(document.createElement("div")), errors = [];
addEventListener("error", (event) => errors.push(event.message));
wrapper.innerHTML = arguments[0];
for (const script of [...wrapper.getElementsByTagName("script")]) {
  const copy = document.createElement("script");
  copy.text = script.innerText;
  wrapper.appendChild(copy).parentNode.removeChild(copy);
}
return errors;
"""
WITHOUT_SCRIPTS = "document.body.innerHTML = arguments[0]"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The notebook after it was run: its cells by their ids."""
    need(missing_tools())
    folder = tmp_path_factory.mktemp("front_ends") / "01_se"
    folder.mkdir()
    cells = {"slide": CONTROLS, "look": LOOK, "mask": MASK, "wall": WALL, "puzzle": PUZZLE, "check": WRONG}
    code = [new_code_cell(source, id=name) for name, source in cells.items()]
    notebook = new_notebook(cells=[*code, new_markdown_cell(HINTS, id="hints")],
                            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    nbformat.write(notebook, folder / "new.ipynb")
    for options in (["notebook", "--execute", "--output", "old.ipynb", "new.ipynb"], ["html", "old.ipynb"]):
        subprocess.run([sys.executable, "-m", "nbconvert", "--to", *options], cwd=folder, check=True,
                       capture_output=True)
    return folder


@pytest.fixture(scope="module")
def html(executed):
    """The HTML that each cell shows last."""
    shown = {cell.id: [output.data["text/html"] for output in cell.outputs if "text/html" in output.get("data", {})]
             for cell in nbformat.read(executed / "old.ipynb", as_version=4).cells if cell.cell_type == "code"}
    return {name: outputs[-1] for name, outputs in shown.items()}


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    with webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options) as driver:
        yield driver


def slide_answers(place):
    drawing, = place.find_elements("css selector", "figure svg[role=img]")
    before, scale = drawing.get_attribute("aria-label"), place.find_element("css selector", "input[type=range]")
    assert scale.location["y"] < drawing.location["y"]
    scale.send_keys(Keys.ARROW_RIGHT)
    after = drawing.get_attribute("aria-label")
    return before != after == place.find_element("tag name", "figcaption").text


def drawing_answers(place, keys=(Keys.ARROW_DOWN,), of="figure svg"):
    caption = place.find_element("tag name", "figcaption")
    before = caption.text
    place.find_element("css selector", of).send_keys(*keys)
    return before != caption.text


def puzzle_answers(place):
    text, line = place.find_element("tag name", "textarea"), place.find_element("css selector", "li[tabindex]")
    before = text.get_attribute("value")
    line.send_keys(Keys.SHIFT, Keys.ARROW_DOWN)
    return (
        text.is_displayed()
        and sorted(before) == sorted(text.get_attribute("value"))
        and before != text.get_attribute("value")
    )


def report_says(place):
    return "Hint 2, below, is about this." in place.text


ANSWERS = {"slide": slide_answers, "look": drawing_answers, "mask": lambda place: drawing_answers(place, (" ",)),
           "wall": lambda place: drawing_answers(place, of="figure[tabindex], div[tabindex]:not([class*=jp-])"),
           "puzzle": puzzle_answers, "check": report_says}


@pytest.fixture(scope="module", params=ADDRESSES)
def front(executed, request):
    """JupyterLab, then Notebook 7."""
    with Lab(executed, module=request.param) as lab:
        lab.open("new.ipynb")
        yield lab


@pytest.mark.parametrize("name", ANSWERS)
def test_in_jupyterlab_and_in_notebook(front, name):
    front.run(name)
    assert ANSWERS[name](front.cell(name).find_element("css selector", ".jp-Cell-outputArea"))


@pytest.mark.parametrize("name", ANSWERS)
def test_as_vs_code_puts_it_into_its_page(driver, html, name):
    driver.get("data:text/html,<!doctype html><title>as VS Code</title><body>")
    assert driver.execute_script(AS_VS_CODE, html[name]) == []
    assert ANSWERS[name](driver.find_element("tag name", "body"))


@pytest.mark.parametrize("name", ANSWERS)
def test_in_an_exported_page(driver, executed, name):
    driver.get((executed / "old.html").as_uri())
    others = (
        "document.querySelectorAll('.jp-Cell').forEach(each => { if (each.id !== `cell-id=${arguments[0]}`)"
        " each.remove() })"
    )
    driver.execute_script(others, name)
    assert ANSWERS[name](driver.find_element("tag name", "body"))


@pytest.mark.parametrize("name", ANSWERS)
def test_where_no_script_is_run_nothing_is_there_that_does_not_work(driver, html, name):
    driver.get("data:text/html,<!doctype html><title>no scripts</title><body>")
    driver.execute_script(WITHOUT_SCRIPTS, html[name])
    assert not [each for each in driver.find_elements("css selector", "input, textarea, button") if each.is_displayed()]
    if name == "check":
        assert report_says(driver.find_element("tag name", "body"))
    elif name == "puzzle":
        assert "The lines in bold stand where they should" in driver.find_element("tag name", "body").text
    else:
        images = driver.find_elements("tag name", "img")
        assert images and all(each.get_attribute("alt") and each.size["width"] > 50 for each in images)
        assert driver.find_element("tag name", "figcaption").text
