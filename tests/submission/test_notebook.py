"""Submissions as they come: which file is a notebook, which lesson it is, which of its cells are run."""

import copy
import json
import os
import tracemalloc
from dataclasses import asdict

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.intake.files import read
from autograder.judge.depends import digest
from autograder.lessons.course import COURSE, NOTEBOOKS
from autograder.submission.gaps import answers, same_code
from autograder.submission.notebook import (
    cells_to_run,
    complete,
    defined_names,
    global_names,
    lesson,
    lesson_of,
    parts_of,
)
from autograder.submission.parse import LARGEST, Unreadable, parse

pytestmark = pytest.mark.quick

SE = lesson("01_se")
SOLVED, RELEASED = (read(folder / "01_se/01_se.ipynb") for folder in (NOTEBOOKS, COURSE))
MINIMAL = {"nbformat": 4, "nbformat_minor": 5, "metadata": {},
           "cells": [{"cell_type": "code", "source": ["def squeeze(x):\n", "    pass"]}]}


def exercises(cells):
    return [name for cell in cells for name in cell.exercises]


def test_slots_are_the_released_cells():
    assert [(s.name, s.grade_id, s.check_id, s.points) for s in SE.exercises] == [
        ("squeeze", "squeeze", "squeeze-check", 2), ("Excitation", "excitation", "excitation-check", 3),
        ("SEBlock", "seblock", "seblock-check", 4), ("se_parameter_cost", "se_parameter_cost",
                                                     "se_parameter_cost-check", 1),
        ("ExhibitA", "exhibita", "exhibita-check", 1)]  # the last is handed out whole, to be repaired
    assert ["NotImplementedError" in slot.stub for slot in SE.exercises] == [True, True, True, True, False]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding):
    assert parse(json.dumps(MINIMAL,
                            ensure_ascii=False).encode(encoding)).cells[0].source == "def squeeze(x):\n    pass"


def test_an_older_format():
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [
        {"cells": [{"cell_type": "code", "language": "python", "input": "def squeeze(x): ...", "outputs": [],
                    "metadata": {}}]}]}
    assert exercises(cells_to_run(parse(json.dumps(old).encode()), SE)) == ["squeeze"]


@pytest.mark.parametrize("cell", [
    {}, {"cell_type": "code"}, {"cell_type": 3, "source": None}, {"cell_type": "code", "source": {"a": 1}}, "a text",
    None,
    {"cell_type": "code", "source": "1", "metadata": []},
    {"cell_type": "code", "source": "1", "metadata": {"nbgrader": 7, "tags": "x"}},
    {"cell_type": "code", "source": [1, None]}, {"cell_type": "raw", "source": "def squeeze(x): ..."},
])
def test_odd_cells_do_no_harm(cell):
    found = parse(json.dumps({**MINIMAL, "cells": [cell, *MINIMAL["cells"]]}).encode())
    assert exercises(cells_to_run(found, SE)) == ["squeeze"]


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_an_answer_that_one_key_press_made_text_is_an_answer(kind):
    def cells(source):
        marks = {"grade_id": "squeeze", "solution": True, "grade": False, "locked": False, "schema_version": 3}
        cell = {"cell_type": kind, "source": source, "metadata": {"nbgrader": marks}}
        return exercises(cells_to_run(parse(json.dumps({**MINIMAL, "cells": [cell]}).encode()), SE))
    assert (
        cells("def squeeze(x):\n    return x.mean((2, 3))") == ["squeeze"]
        and cells("What is the definition of squeeze?") == []
    )


def test_imports_that_say_that_they_are_graded_are_run():
    marks = {"grade_id": "squeeze-check", "grade": True, "solution": False, "locked": True, "points": 2,
             "schema_version": 3}
    cell = {"cell_type": "code", "source": "import torch", "metadata": {"nbgrader": marks}}
    found = cells_to_run(parse(json.dumps({**MINIMAL, "cells": [cell, *MINIMAL["cells"]]}).encode()), SE)
    assert [cell.source for cell in found][0] == "import torch"


@pytest.mark.parametrize("data", [b"", b"not JSON", b"[1]", b"{}", b'{"cells": 3}', b"\xff\xfe\x00", b"[" * 100_000,
                                  b"null"])
def test_what_is_no_notebook(tmp_path, data):
    with pytest.raises(Unreadable):
        parse(data)
    path = tmp_path / "x.ipynb"
    path.write_bytes(data)
    with pytest.raises(Unreadable, match="x.ipynb"):
        read(path)


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(Unreadable, match="No such file"):
        read(tmp_path / "missing.ipynb")
    with pytest.raises(Unreadable, match="can't be read"):
        read(tmp_path)


def test_a_lesson_is_found_by_its_cells_and_names():
    assert lesson_of(RELEASED) == SE
    assert lesson_of(new_notebook(cells=[new_code_cell("class SEBlock(nn.Module): ...")])) == SE
    with pytest.raises(Unreadable, match="no exercise of any lesson"):
        lesson_of(new_notebook(cells=[new_markdown_cell("def squeeze(x):"), new_code_cell("x = 1")]))
    with pytest.raises(ValueError, match=r"no lesson '01_es'; did you mean 01_se\? There are 00_warmup"):
        lesson("01_es")
    with pytest.raises(ValueError, match="no lesson '99_x'. There are .*01_se"):
        lesson("99_x")


def test_grade_cells_and_experiments_are_not_run():
    cells = cells_to_run(SOLVED, SE)
    assert exercises(cells) == [slot.name for slot in SE.exercises]
    assert not any(cell.source.startswith("check(") or "compare_arms(arms" in cell.source for cell in cells)


def test_of_an_experiment_what_other_code_speaks_of_is_run():
    known = lesson("05c_vit")
    solved = read(NOTEBOOKS / "05c_vit/05c_vit.ipynb")
    assert not any(cell.tagged for cell in cells_to_run(solved, known))
    embed = next(cell for cell in solved.cells if "class PatchEmbed" in cell.source)
    embed.source = f"mine = reads_flags\n{embed.source}"
    run, = (cell.source for cell in cells_to_run(solved, known) if cell.tagged)
    assert run.startswith("def reads_flags") and "compare_arms" not in run


def test_of_a_learners_own_experiment_definitions_and_what_they_need_are_run():
    own = (
        "%matplotlib inline\n!nvidia-smi\nACT, n = nn.ReLU(), 3\nmodel = train(SEBlock)\nwrong = (\ndef f(x):\n   "
        " return ACT(x)"
    )
    for source, run in ((own.replace("wrong = (\n", ""), "ACT, n = nn.ReLU(), 3\ndef f(x):\n    return ACT(x)"),
                        (own, None)):
        cell = new_code_cell(source, metadata={"tags": ["experiment"]})
        cells = cells_to_run(new_notebook(cells=[cell, new_code_cell("def squeeze(x):\n    model = f(x)\n    "
                                                                     "return model")]), SE)
        assert [cell.source for cell in cells if cell.tagged] == ([run] if run else [])


def test_of_several_statements_in_a_line_each_is_its_own():
    cell = "%time\na = 'é'; b = f(a); print(b)\r\n@kept\ndef g(x=h):\n    return x\nfrom math import pi"
    assert [part.source for part in parts_of(cell)] == ["a = 'é'", "b = f(a)", "@kept\ndef g(x=h):\n    return x",
                                                        "from math import pi"]


def test_global_names_are_those_from_outside():
    code = "def f(x, *, y=default):\n    import os\n    global g\n    g = a\n" \
           "    return [each + z for each in x if (lambda w: w + y)(1)], os\n"
    assert global_names(code + "class C(Base):\n    n = k\n    def m(self): return [self, f]\n") == {
        "default",
        "a",
        "z",
        "Base",
        "k",
        "f",
    }
    assert global_names("no python, but words") == {"no", "python", "but", "words"}


def test_what_is_known_of_a_lesson_can_be_compared_between_machines():
    assert digest(asdict(SE)) == digest(json.loads(json.dumps(asdict(SE))))


def test_an_exercise_is_run_whatever_its_metadata_say():
    forged = copy.deepcopy(SOLVED)
    for cell in forged.cells:
        cell.metadata = nbformat.from_dict({"nbgrader": {"grade": True, "grade_id": "squeeze-check"},
                                            "tags": ["experiment"]})
    assert exercises(cells_to_run(forged, SE)) == [slot.name for slot in SE.exercises]


def test_a_copy_of_the_stub_does_not_undo_an_answer():
    doubled = copy.deepcopy(SOLVED)
    doubled.cells.append(new_code_cell("# the gap again\n" + SE.exercises[0].stub))
    assert exercises(cells_to_run(doubled, SE)).count("squeeze") == 1
    # where there is no answer the stub stays
    assert exercises(cells_to_run(RELEASED, SE)) == [slot.name for slot in SE.exercises]


def test_definitions_are_found_in_broken_code_too():
    assert defined_names("import x\ndef a(:\nclass B(C)\nasync  def c():\n    def inner(): ...\n# def d():") == [
        "a",
        "B",
        "c",
    ]


def test_the_same_code_in_another_layout():
    stub = SE.exercises[1].stub
    assert same_code(stub, "# note\n\n" + stub.replace("    ", "  ") + "\n\n")
    assert not same_code(stub, stub.replace("16", "8"))
    assert same_code("def f(:\n  (", "def f(:\n   (")


GAP, ANSWER = SE.exercises[0].stub, "def squeeze(x):\n    return x.mean((2, 3))"
OPEN = "def squeeze(x):\n    'Mine.'\n    n = x.shape\n    raise NotImplementedError('later')"
CLASS = SE.exercises[2].stub
SOLVED_BLOCK = next(cell.source for cell in SOLVED.cells if "class SEBlock" in cell.source)


@pytest.mark.parametrize("name, source, is_answer", [
    ("squeeze", ANSWER, True), ("squeeze", GAP, False), ("squeeze", OPEN, False), ("squeeze", f"%%time\n{OPEN}", False),
    ("squeeze", "def squeeze(x):\n    ...", False), ("squeeze", f"{ANSWER}\n{GAP}", True),
    ("squeeze", f"{ANSWER}\n    raise NotImplementedError()", True), ("squeeze", "def squeeze(x:\n    pass", True),
    ("squeeze", "def squeeze(x):\n    if x.dim() == 4:\n        return x\n    raise NotImplementedError", True),
    ("squeeze", "squeeze = lambda x: x.mean((2, 3))", True), ("squeeze", "squeeze = squeeze(torch.ones(1))", False),
    ("SEBlock", CLASS, False), ("SEBlock", CLASS.replace("16", "8"), False),
    ("SEBlock", CLASS.replace("raise NotImplementedError()", "self.gate = Excitation(channels)", 1), True),
    ("SEBlock", "class SEBlock(nn.Module):\n    def forward(self, x):\n        raise NotImplementedError", False),
    ("SEBlock", f"{SOLVED_BLOCK}\n\n    def extra(self):\n        raise NotImplementedError", True),
])
def test_a_definition_that_is_still_the_gap_is_no_answer(name, source, is_answer):
    assert answers(source, next(slot.stub for slot in SE.exercises if slot.name == name), name) is is_answer


@pytest.mark.parametrize("sources, run", [
    ([ANSWER, OPEN], [ANSWER]), ([ANSWER, f"n = 1\n{OPEN}\nm = n"], [ANSWER, "n = 1\n\n\n\n\nm = n"]),
    ([f"{ANSWER}\n{OPEN}"], [f"{ANSWER}\n\n\n\n"]), ([OPEN, GAP], [OPEN, GAP]), ([OPEN, ANSWER, ANSWER], [ANSWER] * 2),
])
def test_a_gap_below_an_answer_is_not_run(sources, run):
    assert [cell.source for cell in cells_to_run(new_notebook(cells=list(map(new_code_cell, sources))), SE)] == run


def test_what_is_missing_is_taken_from_a_solved_notebook():
    only = new_notebook(cells=[new_code_cell("def squeeze(x):\n    return 0")])
    cells = complete(cells_to_run(only, SE), SE, SOLVED)
    assert sorted(exercises(cells)) == sorted(slot.name for slot in SE.exercises)
    assert [cell.source for cell in cells if "squeeze" in cell.exercises] == ["def squeeze(x):\n    return 0"]
    assert "lessons" in cells[0].source  # the solved notebook's imports come first
    filled = complete(cells_to_run(RELEASED, SE), SE, SOLVED)
    assert not any("NotImplementedError" in cell.source for cell in filled if cell.exercises)


def test_solutions_keep_the_helpers_that_they_share():
    windows, own = lesson("08a_windows"), "def window_partition(x, window_size):\n    return 0"
    solved = read(NOTEBOOKS / "08a_windows/08a_windows.ipynb")
    cells = complete(cells_to_run(new_notebook(cells=[new_code_cell(own)]), windows), windows, solved)
    whole = "\n".join(cell.source for cell in cells)
    assert "def check_tiles" in whole and whole.count("def window_partition") == 1 and cells[-1].source == own


def test_a_notebook_of_fifty_megabytes():
    output = {"output_type": "stream", "name": "stdout", "text": "x" * (50 << 20)}
    fat = {**MINIMAL, "cells": [{**MINIMAL["cells"][0], "outputs": [output]}]}
    assert len(json.dumps(parse(json.dumps(fat).encode()))) < 1000


def test_a_file_that_is_too_large(tmp_path):
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps(MINIMAL))
    os.truncate(path, LARGEST + 1)  # sparse: it takes no room
    with pytest.raises(Unreadable, match="at most 104,857,600"):
        read(path)


def test_a_cell_as_long_as_none_that_is_written_is_not_made_a_tree_of():
    source = "a\n" * 500_000 + "def f(x):\n    return b\n"
    tracemalloc.start()
    try:
        assert {"a", "b"} <= global_names(source) and parts_of(source) == []
        assert tracemalloc.get_traced_memory()[1] < 150_000_000
    finally:
        tracemalloc.stop()


def test_a_kernels_name_is_no_book():
    long = {"name": "k" * 1_000_000, "display_name": "K" * 1_000_000}
    usual = {"name": "conda-env-dl-py", "display_name": "Python [conda env:dl] *"}
    for given, kept in ((long, {"name": "k" * 200, "display_name": "K" * 200}), (usual, usual)):
        assert parse(json.dumps(MINIMAL | {"metadata": {"kernelspec": given}}).encode()).metadata.kernelspec == kept
