"""A learner's first evening in JupyterLab: a wrong answer typed and explained, the right one, and the experiment's
plot."""

import shutil

import nbformat
import pytest

from attention_lab import workspace
from tests.browser.lab import Lab, missing_tools
from tests.conftest import ROOT, need

SOLVED = ROOT / "solutions/notebooks/01_se/01_se.ipynb"
STUB_ENDS = "raise NotImplementedError()"


@pytest.fixture(scope="module")
def my(course, tmp_path_factory):
    need(missing_tools())
    folder = tmp_path_factory.mktemp("lab") / "my"
    workspace.copy(course, folder)
    return folder


def find(notebook, text):
    """The id of the one code cell that contains `text`."""
    found = [cell.id for cell in notebook.cells if cell.cell_type == "code" and text in cell.source]
    assert len(found) == 1, (text, found)
    return found[0]


@pytest.mark.nightly
def test_a_lesson_from_a_wrong_answer_to_the_experiment(my):
    solved = nbformat.read(SOLVED, as_version=4)
    answers = {cell.id: cell.source for cell in solved.cells if cell.metadata.get("nbgrader", {}).get("solution")}
    with Lab(my) as lab:
        lab.open("01_se/01_se.ipynb")
        lab.screenshot("lesson-top", solved.cells[0].id)
        lab.run(find(solved, "Run this cell first"))
        assert lab.source("squeeze").rstrip().endswith(STUB_ENDS)
        lab.run("squeeze")
        assert "Not implemented yet" in lab.run("squeeze-check")

        lab.type_into("squeeze", "def squeeze(x):\n    return x.mean(dim=(2, 3), keepdim=True)\n")
        lab.run("squeeze")
        report = lab.run("squeeze-check")
        assert (
            "0 of 2 points" in report and "keeps the two axes of size 1" in report and lab.shown("squeeze-check") == 1
        )
        lab.screenshot("red-report", "squeeze")

        lab.type_into("squeeze", "def squeeze(x):\n    return x.flatten(2) @ x\n")
        lab.run("squeeze")
        report = lab.run("squeeze-check")
        assert "in your line: return x.flatten(2) @ x" in report and "x: shape (2, 3, 4, 5)" in report
        lab.screenshot("crash-report", "squeeze")

        for name, source in answers.items():
            lab.type_into(name, source)
            lab.run(name)
            report = lab.run(f"{name}-check")
            assert "✓" in report and "of" in report and "✗" not in report, report
            assert lab.shown(f"{name}-check") == 1, report  # no bare number under the report
        lab.screenshot("green-report", "seblock")

        predict = find(solved, 'predicted = {"64 channels"')
        lab.type_into(predict, lab.source(predict).replace("None", "512",
                                                           1).replace("None", "8192", 1).replace("None", "100000", 1))
        lab.run_all(420)
        assert "1.31 times too small" in lab.output(predict)
        for text in ("scenes = lamp_scenes(6", "plot.show(results", "show_answers_under_lamps("):
            assert all(width > 300 and height > 100 for width, height in lab.pictures(find(solved, text))), text
            assert len(lab.pictures(find(solved, text))) == 1, text
        lab.screenshot("prediction", predict)
        lab.screenshot("experiment", find(solved, "plot.show(results"))
        assert "11 of 11" in lab.output(solved.cells[-1].id)
        lab.screenshot("progress", solved.cells[-1].id)


@pytest.mark.nightly
@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_every_drawing_is_shown_on_light_and_dark_pages(course, tmp_path, theme):
    need(missing_tools())
    notebook = nbformat.read(SOLVED, as_version=4)
    shutil.copytree(course / "01_se", tmp_path / "01_se")
    with Lab(tmp_path, theme=f"JupyterLab {theme}") as lab:
        lab.open("01_se/01_se.ipynb")
        assert lab.js("return document.body.dataset.jpThemeLight") == ("true" if theme == "Light" else "false")
        drawings = [cell.id for cell in notebook.cells if cell.cell_type == "markdown" and "(figures/" in cell.source]
        for cell in drawings:
            sizes = lab.pictures(cell)
            assert sizes and all(width >= 300 for width, _ in sizes), cell
        lab.screenshot(f"drawings-{theme.lower()}", drawings[1])
