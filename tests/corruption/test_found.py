"""What the corrupted notebooks have brought to light, one by one and as small as it can be."""

import copy
import json
import time
import warnings

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.classroom.nbgrader_plugin.repair import restore
from autograder.intake.files import read
from autograder.submission.notebook import cells_to_run, lesson
from autograder.submission.parse import Unreadable, parse
from tests.classroom.pupils import LESSON, PUPILS, file_of, find, place, version_3
from tests.classroom.test_repair import MARKS, solved, well_marked


def run(notebook):
    return [cell.source for cell in cells_to_run(notebook, lesson(LESSON))]


def test_imports_that_say_that_they_are_graded_are_run():
    notebook = solved()
    notebook.cells[1].metadata.nbgrader = NotebookNode(grade_id="mine", grade=True)
    assert run(notebook) == run(solved())


def test_a_check_that_was_cut_behind_its_last_line_is_whole_again():
    notebook = solved()
    check = find(notebook, "squeeze-check")
    notebook.cells.insert(place(notebook, check) + 1, new_code_cell("", metadata=copy.deepcopy(check.metadata)))
    restore(notebook, MARKS)
    well_marked(notebook)


@pytest.mark.parametrize("ids", [["a", "a", "cell-001"], [None, 3, "a b"], ["cell-001", "cell-001", "cell-002"]])
def test_ids_are_single_and_the_same_each_time(ids):
    data = json.dumps({"cells": [{"cell_type": "code", "source": "", "id": given} for given in ids],
                       "nbformat": 4}).encode()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [[cell.id for cell in parse(data).cells] for _ in range(2)]
        nbformat.validate(parse(data))
    assert found[0] == found[1] and len(set(found[0])) == len(ids)


def cut(notebook, at):
    """The cell of squeeze in two, as JupyterLab splits it, and what the second half is called by."""
    cell = find(notebook, "squeeze")
    second = copy.deepcopy(cell)
    cell.source, second.source = cell.source[:at].rstrip("\n"), cell.source[at:].lstrip("\n")
    notebook.cells.insert(place(notebook, cell) + 1, second)
    return cell, second


def whole(notebook):
    mended = copy.deepcopy(notebook)
    restore(mended, MARKS)
    well_marked(mended)
    return run(notebook) == run(solved()) and run(mended) == run(solved())


def test_halves_of_which_the_second_alone_has_its_metadata_are_joined():
    notebook = solved()
    first, _ = cut(notebook, find(notebook, "squeeze").source.index("    return"))
    first.metadata = NotebookNode()
    assert whole(notebook)


def test_halves_with_the_marks_of_another_exercise_are_joined():
    notebook = solved()
    for half in cut(notebook, find(notebook, "squeeze").source.index("    return")):
        half.metadata.nbgrader.grade_id = "seblock"
    assert whole(notebook)


def test_halves_of_a_helper_before_the_exercise_are_joined():
    notebook, uncut = solved(), solved()
    for each in (notebook, uncut):
        find(each,
             "squeeze").source = "def mean(x):\n    return x.mean((2, 3))\n\n\ndef squeeze(x):\n    return mean(x)"
    cut(notebook, find(notebook, "squeeze").source.index("    return"))
    assert run(notebook) == run(uncut)


FILE = file_of(PUPILS[0])
WITHOUT_NOTE = [cell.source for cell in parse(FILE).cells]


def sources(data):
    """What is read, but for the note, and the note."""
    found = parse(data)
    nbformat.validate(found)
    note, *cells = [cell.source for cell in found.cells]
    assert note.startswith("**The file that you handed in ") and found.metadata["not_whole"] in note
    return cells, note


@pytest.mark.parametrize("form", [bytes, lambda data: b"\xef\xbb\xbf" + data,
                                  lambda data: data.decode().encode("utf-16"),
                                  lambda data: data.decode().encode("utf-16-le"),
                                  lambda data: data.replace(b"\n", b"\r\n"),
                                  lambda data: json.dumps(json.loads(data)).encode(),
                                  lambda data: version_3(data.decode())])
def test_of_a_file_that_ends_anywhere_the_whole_cells_are_read(form):
    data, seen = form(FILE), set()
    everything = [cell.source for cell in parse(data).cells]
    for end in range(len(data) // 30, len(data) - 1, len(data) // 30):
        try:
            cells, note = sources(data[:end])
        except Unreadable:
            assert not seen
            continue
        assert cells == everything[:len(cells)]
        assert f"{len(cells)} complete cell" in note and "ends in the middle" in note
        seen.add(len(cells))
    assert len(seen) > 15 and max(seen) > 55


def test_a_character_that_was_cut_in_two_spoils_no_other_one():
    text = json.dumps({"cells": [{"cell_type": "code", "source": f"'é {i}'", "metadata": {}} for i in range(3)]},
                      ensure_ascii=False)
    assert sources(text.encode()[:text.encode().rindex("é".encode()) + 1])[0] == ["'é 0'", "'é 1'"]


def test_what_comes_before_the_cells_of_a_broken_file_counts():
    metadata = {"kernelspec": {"name": "python3", "display_name": "mine"}}
    data = json.dumps({"metadata": metadata, "nbformat": 4, "cells": json.loads(FILE)["cells"]}).encode()
    assert parse(data[:-90]).metadata.kernelspec == metadata["kernelspec"]
    assert "kernelspec" not in parse(FILE[:-3000]).metadata


@pytest.mark.parametrize("rest, said", [
    (b"}", "goes on after"), (b"\x00" * 4096, "goes on after"), (FILE[-900:], "goes on after"),
    (bytes(range(256)), "goes on after"),
    (b"[" * 100_000, "goes on after"), (b"\n[1]", "goes on after"), (FILE, "two notebooks"),
    (b"\n\n" + FILE + b"}", "two notebooks"),
], ids=lambda given: str(given[:9]))
def test_what_is_behind_a_whole_notebook_costs_nothing(rest, said):
    cells, note = sources(FILE + rest)
    assert cells == WITHOUT_NOTE and said in note


TEXT = FILE.decode()
CELL = '"cell_type": "code"'
BEGINS = TEXT.rindex("{", 0, TEXT.index(CELL, len(TEXT) // 2))  # a cell in the middle


def conflict(text, ours, theirs, begin, end):
    """The text in which git could not merge the lines from `begin` to `end`."""
    return f"{text[:begin]}<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> 4f2a\n{text[end:]}"


def in_a_source():
    begin = TEXT.rindex("\n", 0, TEXT.index("x.mean(")) + 1
    end = TEXT.index("\n", begin) + 1
    line = TEXT[begin:end]
    return conflict(TEXT, line.replace("mean", "sum"), line, begin, end)


def between_cells():
    begin = TEXT.rindex("\n", 0, BEGINS) + 1
    return conflict(TEXT, ' {"cell_type": "code", "metadata": {}, "source": "mine = 1"},\n', "", begin, begin)


DAMAGES = {
    "a conflict in a source": (in_a_source(), "marks of a merge conflict"),
    "a conflict between cells": (between_cells(), "marks of a merge conflict"),
    "a conflict with Windows's ends of lines": (between_cells().replace("\n", "\r\n"), "marks of a merge conflict"),
    "a conflict with what was before": (between_cells().replace("=======\n", "||||||| base\n{\n=======\n"),
                                        "marks of a merge conflict"),
    "one mark of a conflict": (between_cells().replace("<<<<<<< HEAD\n", "").replace("=======\n", ""), "conflict"),
    "comments": (TEXT.replace(CELL, f"// a cell\n{CELL}", 3).replace('"metadata"', '/* "x": */ "metadata"', 2),
                 "not quite JSON"),
    "a comma too many": (TEXT.rstrip()[:-1] + ",}", "not quite JSON"),
    "a line break in a string": (TEXT.replace("\\n", "\n", 2), "not quite JSON"),
    "a missing comma": (f"{TEXT[:BEGINS].rstrip()[:-1]}\n{TEXT[BEGINS:]}", "is damaged behind its first"),
    "something before it": (f"HTTP/1.1 200 OK\n{TEXT}", "is damaged at its beginning"),
    "another document before it": ('{"message": "x"}\n' + TEXT, "is damaged at its beginning"),
    "a damaged output": (TEXT[:BEGINS] + '{"outputs": [{"text": "a" "b"}], ' + TEXT[BEGINS + 1:], "is damaged behind"),
    "two byte order marks": ("\ufeff\ufeff" + TEXT, "is damaged at its beginning"),
}


@pytest.mark.parametrize("text, said", DAMAGES.values(), ids=DAMAGES)
def test_what_stands_around_a_damage_is_read(text, said):
    cells, note = sources(text.encode())
    assert said in note and [cell for cell in cells if cell in WITHOUT_NOTE] == WITHOUT_NOTE
    assert len(cells) == len(WITHOUT_NOTE) + ("conflict" in said)  # what only one side has


TOO_LARGE = [
    b"[" * 20_000_000, b'{"cells": ' + b"[" * 20_000_000, b'{"cells": [{}, ' + b"[" * 20_000_000, b'{"a":' * 4_000_000,
    b'{"worksheets":[{' * 1_000_000, b"{" + b'"a":1,' * 3_000_000,
]
NO_JSON = [
    b"{" + b" " * 20_000_000 + b"x", b'{"cells": ["' + b"a" * 20_000_000, b'{"cells": ["' + b"\\" * 20_000_001,
    b'{"cells": [' + b"9" * 20_000_000, b'{"cells": [' + b" \n" * 10_000_000,
    b'{"id"' * 1_500_000, b'{"id":' * 1_500_000, b"=======\n" * 5_000_000, b"/*" * 10_000_000, b",\n #" * 1_000_000,
    b"<<<<<<< a\n" + b'{"metadata": 1' * 1_000_000,
]


@pytest.mark.parametrize("data, said", [
    *((data, "is too large to be read") for data in TOO_LARGE), *((data, "it is not JSON") for data in NO_JSON),
], ids=lambda given: str(given[:16]))
def test_what_only_looks_like_the_beginning_of_a_notebook_is_refused_at_once(data, said):
    began = time.process_time()
    with pytest.raises(Unreadable, match=said):
        parse(data)
    assert time.process_time() - began < 5


def test_zeros_in_the_place_of_the_end_are_an_end():
    cells, _ = sources(FILE[:20_000] + b"\x00" * 20_000)
    assert cells == WITHOUT_NOTE[:len(cells)] and len(cells) > 20


def test_what_could_not_be_read_is_told_at_the_terminal_too(tmp_path, caplog):
    (tmp_path / "cut.ipynb").write_bytes(FILE[:20_000])
    read(tmp_path / "cut.ipynb")
    assert "cut.ipynb ends in the middle" in caplog.text


def test_a_note_that_a_learner_wrote_is_a_cell_like_any_other(caplog):
    cells = [{"cell_type": "markdown", "id": "not-whole", "source": "x"}] * 2
    data = json.dumps({"cells": cells, "metadata": {"not_whole": "is mine"}}).encode()
    assert "not_whole" not in parse(data).metadata
    assert len({cell.id for cell in parse(data[:-40]).cells}) == len(parse(data[:-40]).cells) > 1
