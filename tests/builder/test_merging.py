"""A page that changes keeps the outputs that are there, and says when cells have to be run."""


import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from builder import build, cells, notebooks, record, run

pytestmark = pytest.mark.quick

PLAIN, TRAINED = ["a = 1\nprint(a)", "print(a + 1)"], "train()"


def page(*sources, outputs=False):
    """Code cells; the one that trains is an experiment. With outputs, each shows its own source."""
    made = []
    for source in sources:
        cell = new_code_cell(source, metadata={"tags": [cells.EXPERIMENT, cells.IGNORED]} if "train" in source else {})
        cell.outputs = [new_output("stream", text=source)] if outputs else []
        made += [new_markdown_cell("Some prose."), cell]
    return new_notebook(cells=made)


def shown(notebook):
    return ["".join(output.text for output in cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("now, kept, nothing_to_run", [
    ([PLAIN[0], TRAINED, PLAIN[1]], [PLAIN[0], TRAINED, PLAIN[1]], True),
    (["# A remark.\n" + PLAIN[0], TRAINED, PLAIN[1]], [PLAIN[0], TRAINED, PLAIN[1]], True),
    ([PLAIN[0], "train(longer)", PLAIN[1]], [PLAIN[0], TRAINED, PLAIN[1]], True),  # until it is measured again
    ([PLAIN[0], TRAINED, "print(a + 2)"], [PLAIN[0], TRAINED, PLAIN[1]], False),
    ([PLAIN[0], PLAIN[1], "print(3)", TRAINED], None, False),
    ([PLAIN[0], PLAIN[1]], PLAIN, True),
    (["course_map()", PLAIN[0], TRAINED, PLAIN[1]], ["", PLAIN[0], TRAINED, PLAIN[1]], True),
])
def test_outputs_follow_their_cells(now, kept, nothing_to_run):
    before, after = page(PLAIN[0], TRAINED, PLAIN[1], outputs=True), page(*now)
    assert notebooks.keep_outputs(after, before) is nothing_to_run
    assert kept is None or shown(after) == kept


def test_experiments_are_not_run_and_what_shows_a_learner_is_not_kept(tmp_path):
    (tmp_path / "lesson").mkdir()
    notebook = page("a = 1", "raise ValueError('train')", "a + 1", "progress = lambda: a", "progress()")
    notebook.cells[3].outputs = [new_output("stream", text="measured")]
    for number, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        cell.execution_count = number
    run.run(notebook, tmp_path / "lesson")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4, 5]
    assert code[1].outputs[0].text == "measured" and code[2].outputs[0].execution_count == 3 and code[4].outputs == []


def test_what_is_printed_in_pieces_is_kept_as_one_text(tmp_path):
    (tmp_path / "lesson").mkdir()
    notebook = page("import time\nfor n in range(3):\n    print(n, flush=True)\n    time.sleep(0.3)")
    run.run(notebook, tmp_path / "lesson")
    assert [output.text for output in notebook.cells[1].outputs] == ["0\n1\n2\n"]


SE = next(lesson for lesson in build.lessons() if lesson.name == "01_se")


@pytest.mark.parametrize("written, runs", [([], 0), (["squeeze.check"], 1)])
def test_where_a_check_says_something_else_the_cells_are_run_again(monkeypatch, written, runs):
    ran = []
    monkeypatch.setattr(build, "files", lambda lesson: {})
    for name in ("write", "only"):
        monkeypatch.setattr(build, name, lambda *given: None)
    monkeypatch.setattr(build, "run", lambda *given: ran.append(given))
    monkeypatch.setattr(record, "build", lambda *given: written)
    build.build(SE)
    assert len(ran) == runs


def test_how_a_report_is_worded_changes_no_recording():
    depends = record.reach(SE).of(record.MAKES)
    assert "attention_lab/checking/ask/observe.py" in depends
    assert not [name for name in depends if "/verdict/" in name or name.endswith("wording.py")]


def test_what_an_exercise_is_worth_stands_in_its_recorded_check():
    notebook = notebooks.read_source(SE)
    before = record.digests(SE, notebook)["cases"]
    graded = next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade"))
    graded.metadata.nbgrader.points += 1
    assert record.digests(SE, notebook)["cases"] != before
