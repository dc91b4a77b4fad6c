"""An experiment in JupyterLab: its plot grows run by run, can be stopped, and its findings open after a prediction."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.browser.lab import PANEL, Lab, missing_tools, wait_for
from tests.conftest import ROOT, need

FOLDED = "<details><summary>What came out ({})</summary>\n\nSE scores 90 %.\n</details>"
CELLS = {
    "predict": f"import sys, time\nsys.path.insert(0, {str(ROOT / 'course')!r})\n"
               "from attention_lab.networks.training import compare_arms\n"
               "from attention_lab.pictures import ScorePlot\n"
               "predicted = {'plain': 70, 'SE': None}",
    "train": """def run(arm, seed):
    time.sleep(0.3)  # the bar moves five times a second
    while arm == 'SE' and seed:
        time.sleep(0.1)  # until somebody stops it
    return {'plain': 72, 'SE': 90}[arm]

plot = ScorePlot('right (%)')
results = compare_arms(('plain', 'SE'), range(2), run, plot.growing(predicted))""",
    "show": "plot.show(results, predicted)",
}
OPEN = f"return [...{PANEL}.content.node.querySelectorAll('details')].map(fold => fold.open)"
INTERRUPT = f"{PANEL}.sessionContext.session.kernel.interrupt()"


def start(lab):
    lab.js(f"{PANEL}.content.activeCellIndex = 1; jupyterapp.commands.execute('notebook:run-cell')")


@pytest.mark.nightly
def test_a_plot_grows_can_be_stopped_and_its_findings_open_after_a_prediction(tmp_path):
    need(missing_tools())
    cells = [new_code_cell(source, id=name) for name, source in CELLS.items()]
    text = [new_markdown_cell(FOLDED.format("here"), id="here"), new_markdown_cell("## Next", id="next"),
            new_markdown_cell(FOLDED.format("next"), id="later")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[*cells, *text], metadata=kernel), tmp_path / "one.ipynb")
    with Lab(tmp_path) as lab:
        lab.open("one.ipynb")
        lab.run("predict")
        start(lab)
        wait_for("three runs", lambda: "SE, seed 1" in lab.output("train"))
        assert not lab.pictures("train"), "a plot would give the answers away"
        lab.js(INTERRUPT)
        wait_for("the end", lambda: "Interrupted: 3 of 4 runs finished." in lab.output("train"))
        lab.run("show")
        assert lab.js(OPEN) == [False, False, False]  # the results, and the two findings

        lab.type_into("predict", CELLS["predict"].replace("None", "80"))
        lab.run("predict")
        start(lab)
        wait_for("a plot of three runs", lambda: "SE, seed 1" in lab.output("train") and lab.pictures("train"))
        lab.js(INTERRUPT)
        wait_for("the end", lambda: "Interrupted: 3 of 4 runs finished." in lab.output("train"))
        assert lab.pictures("train"), "what has run is still to be seen"
        lab.run("show")
        wait_for("the plot moves down", lambda: lab.pictures("show") and not lab.pictures("train"))
        assert lab.js(OPEN) == [True, False], "only the findings of this section open"
        alt = lab.cell("show").find_element("css selector", "img").get_attribute("alt")
        assert "plain: 72.0 %, you said 70" in alt and "SE: 90.0 %, you said 80" in alt
