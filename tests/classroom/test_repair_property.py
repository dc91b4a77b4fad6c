"""The plugin's pieces, asked by chance: any JSON, cells with their marks in any disorder, any text as Markdown."""

import copy
import json

import nbformat
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from autograder.classroom.nbgrader_plugin.harmless import as_text, render_markdown, unsafe
from autograder.classroom.nbgrader_plugin.repair import restore
from autograder.submission.parse import Unreadable, parse

from .pupils import HOSTILE, place
from .test_repair import MARKS, solved, well_marked

KEYS = ("cells", "worksheets", "metadata", "cell_type", "source", "input", "id", "nbgrader", "tags", "grade_id",
        "attachments", "a.png",
        "image/png", "kernelspec", "name")


VALUES = st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5)
                      | st.sampled_from(["code", "markdown"]),
                      lambda inner: st.lists(inner, max_size=3)
                      | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4), max_leaves=30)


@settings(max_examples=300)
@given(st.sampled_from(["cells", "worksheets"]), st.lists(VALUES, max_size=4), VALUES)
def test_any_json_is_a_valid_notebook_or_refused(key, cells, metadata):
    try:
        made = parse(json.dumps({key: cells, "metadata": metadata}).encode())
    except Unreadable:
        return
    nbformat.validate(made)
    restore(made, MARKS)
    well_marked(made)


DISORDER = ("delete", "double", "strip", "swap", "forge", "to markdown", "to raw text", "move", "edit", "garbage")


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(DISORDER), st.integers(0, 7), st.integers(0, 7)), max_size=8))
def test_marks_come_back_from_any_disorder_and_no_line_is_lost(changes):
    notebook = solved()
    marked, twins = [cell for cell in notebook.cells if "nbgrader" in cell.metadata], 0
    for what, a, b in changes:
        cell, other = marked[a], marked[b]
        if not any(cell is one for one in notebook.cells):
            continue
        if what == "delete":
            del notebook.cells[place(notebook, cell)]
        elif what == "double":
            twin = copy.deepcopy(cell)
            twins += 1
            twin.id = f"twin-{twins}"
            notebook.cells.insert(b * 8, twin)
        elif what == "strip":
            cell.metadata = NotebookNode()
        elif what == "swap":
            cell.metadata, other.metadata = other.metadata, cell.metadata
        elif what == "forge":
            cell.metadata["nbgrader"] = NotebookNode(grade_id=f"bonus{b}", grade=True, points=100, locked=b % 2 == 0)
        elif what == "garbage":
            cell.metadata["nbgrader"] = NotebookNode(grade_id=[{}, None, 3, "", "squeeze", "x" * 999, True, 0.5][b])
        elif what == "move":
            notebook.cells.insert(b * 8, notebook.cells.pop(place(notebook, cell)))
        elif what == "edit":
            cell.source = f"# mine {a} {b}\n" + cell.source
        elif cell.cell_type == "code":
            cell.cell_type = "markdown"
            del cell["outputs"], cell["execution_count"]
    lines = {line for cell in notebook.cells for line in cell.source.split("\n")}
    order = [line for cell in notebook.cells if cell.cell_type == "code" for line in cell.source.split("\n") if line]
    restore(notebook, MARKS)
    well_marked(notebook)
    nbformat.validate(notebook)
    assert lines <= {line for cell in notebook.cells for line in cell.source.split("\n")}
    code = iter([line for cell in notebook.cells if cell.cell_type == "code" for line in cell.source.split("\n")])
    assert all(line in code for line in order)  # a subsequence: code stays in its order


NASTY = st.text(st.sampled_from([*"`~$\\<>&[]()!*_#|:-\n\r\t \u2028\x0c\x00'\"/=ax"]),
                max_size=60) | st.sampled_from(HOSTILE)


@settings(max_examples=300)
@given(st.lists(NASTY, max_size=4).map("\n".join))
def test_text_is_only_ever_text(source):
    for shown in (as_text(source), f"**{as_text(source, inline=True)}**"):
        page = render_markdown(new_markdown_cell(shown))
        assert unsafe(page) is None
        assert not BeautifulSoup(page, "html.parser").find_all(["a", "img", "details", "input"])
