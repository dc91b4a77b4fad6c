"""In JupyterLab: the hint that opens at a named mistake, and the puzzle of lines."""


import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from selenium.webdriver.common.keys import Keys

from tests.browser.lab import Lab, missing_tools, wait_for
from tests.conftest import need

WRONG = ("x.sum(dim=(2, 3))", "x.amax(dim=(2, 3))", "x.mean(dim=(1, 2))")
HINTS = ("<details><summary>Hint 1: a nudge</summary>\n\nWhich axes?\n</details>\n\n"
         "<details><summary>Hint 2: the shape of the code</summary>\n\nOne line.\n</details>")
OPEN = "return [...arguments[0].querySelectorAll('details')].map(each => each.open)"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    need(missing_tools())
    folder = tmp_path_factory.mktemp("way_out") / "01_se"
    folder.mkdir()
    cells = [new_code_cell("from attention_lab import check, puzzle, solution", id="imports"),
             *(new_code_cell(f"def squeeze(x):\n    return {body}", id=f"wrong-{number}")
               for number, body in enumerate(WRONG)),
             new_code_cell("check(squeeze)", id="check"), new_markdown_cell(HINTS, id="hints"),
             new_code_cell("puzzle('Excitation')", id="early"), new_code_cell("puzzle(squeeze)", id="puzzle"),
             new_code_cell("solution(squeeze)", id="solution"),
             new_code_cell("from attention_lab.notebook import puzzle as asking\nasking._not_yet = lambda *_: ''\n"
                           "puzzle('SEBlock')", id="long")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), folder / "stuck.ipynb")
    with Lab(folder) as lab:
        lab.open("stuck.ipynb")
        lab.run("imports")
        yield lab


def test_the_hint_that_belongs_to_the_mistake_opens_and_three_tries_are_offered_a_way_out(lab):
    hints = lab.cell("hints")
    assert lab.js(OPEN, hints) == [False, False]
    lab.run("wrong-0")
    report = lab.run("check")
    assert "Hint 2, below, is about this." in report and "try" not in report
    wait_for("the hint", lambda: lab.js(OPEN, hints) == [False, True])
    lab.screenshot("hint", "check")
    assert "no try" in lab.run("early")
    for number in (1, 2):
        lab.run(f"wrong-{number}")
        report = lab.run("check")
    assert lab.js(OPEN, hints) == [True, False]  # the mistake is another one now, and so is the hint
    assert "This is try 3." in report and "puzzle(squeeze)" in report
    assert "x.mean(dim=(2, 3))" in lab.run("solution") and "return" in lab.run("puzzle")


def test_lines_move_by_keyboard_and_by_button_of_the_page(lab):
    lab.run("long")
    cell = lab.cell("long")
    text = "return arguments[0].querySelector('textarea').value"
    before = lab.js(text, cell)
    free = cell.find_elements("css selector", "li[tabindex]")
    first, second = (line.get_attribute("data-code") for line in free[:2])
    assert before.index(first) < before.index(second)
    free[0].send_keys(Keys.SHIFT, Keys.ARROW_DOWN)
    after = lab.js(text, cell)
    assert after.index(second) < after.index(first) and sorted(after.split("\n")) == sorted(before.split("\n"))
    assert lab.js("return document.activeElement.dataset.code") == first
    assert lab.js("return jupyterapp.shell.currentWidget.content.activeCell.model.id") == "long"
    lab.screenshot("puzzle", "long")
