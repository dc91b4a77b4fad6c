"""A later cell that misses an exercise, or the page's name of a layer, says so in one line below its error."""

import os

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT

FIRST = "import torch\nfrom torch import nn\nfrom attention_lab import begin, check\nbegin('01_se')"
BLOCK = """class Excitation(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = nn.Linear(channels, 2)

    def forward(self, z):
        return self.{}(z)
"""
RUN = "run it (or all cells above)"


@pytest.fixture
def printed(tmp_path):
    def run(*sources):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in (FIRST, FIRST, *sources)])
        client = NotebookClient(notebook, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}})
        client.execute(env={**os.environ, "PYTHONPATH": str(ROOT / "course")})
        return [["\n".join(output.get("traceback", [])) if output.get("ename") == "NotImplementedError" else
                 output.get("text", output.output_type) for output in cell.outputs] for cell in notebook.cells[2:]]
    return run


def test_what_a_cell_misses_is_said_once_below_its_error(printed):
    before, other, _, late, own, never = printed(
        "check(Excitation)", "check(excitation)", BLOCK.format("first"), "Excitation(4).fc1.weight",
        BLOCK.format("wieght") + "Excitation(4)(torch.ones(1, 4))", "torch.nothing")
    assert before[0] == "error" and RUN in before[1] and len(before) == 2
    assert late[0] == "error" and "the page's name `fc1`" in late[1] and len(late) == 2
    assert other == own == never == ["error"]  # what Python says is all there is to say


def test_a_gap_stops_in_one_line_and_another_error_of_that_kind_keeps_its_traceback(printed):
    excitation = BLOCK.replace("return self.{}(z)", "raise NotImplementedError({})")
    use = "Excitation(4)(torch.ones(1, 4))"
    _, (_, gap), _, (own,) = printed(excitation.format(""), use, excitation.format("'later'"), use)
    assert gap == "`Excitation` is still to be written: fill its gap, run its cell, then go on from here."
    assert "Traceback" in own and "later" in own
