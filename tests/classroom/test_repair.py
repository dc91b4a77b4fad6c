"""The plugin's pieces one by one: files of every kind, cells with their marks in disorder, Markdown that brings more
than text."""

import copy
import json
import re
import tracemalloc

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.preprocessors import CheckCellMetadata

from autograder.classroom import nbgrader_plugin
from autograder.classroom.nbgrader_plugin.harmless import (
    LONGEST,
    MOST_ADDED,
    make_harmless,
    on_formgraders_page,
    render_markdown,
    unsafe,
)
from autograder.classroom.nbgrader_plugin.repair import Mark, restore
from autograder.submission.notebook import defined_names
from autograder.submission.parse import Unreadable, parse

from .pupils import GRADE_IDS, HOSTILE, RELEASED, SOLVED, find, place

pytestmark = pytest.mark.quick

TEXT = json.dumps({"cells": [{"cell_type": "code", "source": ["# é\n", "x = 1"], "metadata": {}, "outputs": [],
                              "execution_count": None}],
                   "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_a_file_is_read_in_any_encoding_that_editors_write(encoding):
    assert parse(TEXT.encode(encoding)).cells[0].source == "# é\nx = 1"


@pytest.mark.parametrize("data, why", [
    (b"", "empty"), (b" \n", "empty"), (b"\xef\xbb\xbf", "empty"), (b"{", "JSON"), (b"print(1)", "JSON"),
    (b"[" * 100_000, "JSON"),
    (b"[1, 2]", "no cells"), (b'{"cells": 3}', "no cells"), (b'"text"', "no cells"), (b"\0" * 9, "nothing but zeros"),
    (b"PK\x03\x04", "is a zip archive: unpack it"), (b"\x1f\x8b\x08", "is a gzip archive: unpack it"),
    (b'{"cells": [{"a"', "JSON"),
    (b'{"metadata": {"cells": [{}, {', "JSON"), (b"{} {}", "JSON"), (b"%PDF-1.7\n", "is a PDF"),
    (b"\xff\xd8\xff\xe0", "is a picture"), (b"PK\x03\x04\x14\x00[Content_Types].xml word/document.xml", "Office"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n", "is a Git LFS pointer.*`git lfs pull`"),
    (b"../.git/annex/objects/Gx/3M/SHA256E-s12--4d.ipynb", "is a git-annex pointer"),
    (b'\n<!DOCTYPE html><html><form action="/login"><input type="password">', "a web page for signing in"),
    ("\ufeff<html><body>404".encode("utf-16"), "a web page \\(HTML\\)"),
    (b'<html><div class="jp-Notebook">', "exported as a web page"), (b"import torch\n\nx = 1\n", "is a Python program"),
    (b'{"message": "Not Found", "reason": null}', "error message of a server"),
    (b'{"url": "https://docs.google.com/open?id=1", "doc_id": "1"}', "Google Drive"),
])
def test_what_is_no_notebook_is_told_as_such(data, why):
    with pytest.raises(Unreadable, match=why):
        parse(data)


@pytest.mark.parametrize("cell", [
    None, 7, "x", [], {}, {"cell_type": "code"}, {"cell_type": "code", "source": None},
    {"cell_type": "spam", "source": "a"},
    {"cell_type": "code", "source": [1, None, "x"], "metadata": 3}, {"cell_type": "markdown", "source": "\ud800",
                                                                     "attachments": [1]},
    {"cell_type": "code", "source": "x", "metadata": {"nbgrader": "yes", "tags": "a"}, "id": 5},
    {"cell_type": "markdown", "source": "x", "id": "a b", "attachments": {"p": {"image/png": 4, "image/svg+xml": "x"}}},
])
def test_cells_of_any_shape_become_valid_cells(cell):
    made = parse(json.dumps({"cells": [cell, cell], "nbformat": 4}).encode())
    nbformat.validate(made)
    json.dumps(made, ensure_ascii=False).encode()


@pytest.mark.parametrize("where", ["source", "id", "metadata", "attachments"])
@pytest.mark.parametrize("depth", [300, 900, 5000])
def test_deep_nesting_harms_nobody(where, depth):
    nested = "[" * depth + "]" * depth
    cell = {"cell_type": "markdown", "source": "x", "metadata": {}}
    cell[where] = {"metadata": {"nbgrader": {"grade_id": "?"}, "tags": "?"},
                   "attachments": {"a": {"image/png": "?"}}}.get(where, "?")
    data = json.dumps({"cells": [cell]}).replace('"?"', nested).encode()
    try:
        made = parse(data)
    except Unreadable:
        return
    nbformat.validate(copy.deepcopy(made))
    json.dumps(made)


def marks() -> dict[str, Mark]:
    """As the gradebook knows them."""
    found = {}
    for cell in RELEASED.cells:
        if "nbgrader" in cell.metadata:
            metadata = {key: cell.metadata.nbgrader[key] for key in cell.metadata.nbgrader}
            found[metadata["grade_id"]] = Mark(metadata, cell.source,
                                               frozenset(() if metadata["locked"] else defined_names(cell.source)))
    return found


MARKS = marks()


def solved() -> NotebookNode:
    notebook = copy.deepcopy(RELEASED)
    for name, grade_id in GRADE_IDS.items():
        find(notebook, grade_id).source = SOLVED[name]
    return notebook


def well_marked(notebook: NotebookNode) -> None:
    """Every mark once, as handed out, and nothing that nbgrader would refuse."""
    CheckCellMetadata().preprocess(notebook, {})
    found = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
    assert {mark["grade_id"]: dict(mark) for mark in found} == {grade_id: mark.metadata
                                                                for grade_id, mark in MARKS.items()}
    assert len(found) == len(MARKS)
    for grade_id, mark in MARKS.items():
        cell = find(notebook, grade_id)
        assert cell.cell_type == mark.kind and (not mark.metadata["locked"] or cell.source == mark.source)


def test_a_moved_answer_is_found_by_its_name():
    notebook = solved()
    answer = find(notebook, "seblock").source
    find(notebook, "seblock").source = MARKS["seblock"].source
    notebook.cells.insert(40, new_code_cell(answer))
    restore(notebook, MARKS)
    well_marked(notebook)
    assert find(notebook, "seblock").source == answer


def test_a_deleted_exercise_does_not_come_back_as_a_stub():
    notebook = solved()
    find(notebook, "squeeze").source += "\n\n" + find(notebook, "excitation").source
    del notebook.cells[place(notebook, find(notebook, "excitation"))]
    restore(notebook, MARKS)
    well_marked(notebook)
    assert [cell for cell in notebook.cells
            if "Excitation" in defined_names(cell.source)] == [find(notebook, "squeeze")]


@pytest.mark.parametrize("at, keep", [("    def forward", "both"), ("def forward", "both"), ("    def forward", "one"),
                                      ("    def forward", "none")])
def test_the_halves_of_a_class_are_one_cell_again(at, keep):
    notebook = solved()
    cell = find(notebook, "excitation")
    whole, cut = cell.source, cell.source.index(at)
    second = copy.deepcopy(cell)
    cell.source, second.source, second.id = whole[:cut].strip("\n"), whole[cut:].strip("\n"), "half"
    if keep != "both":
        second.metadata = NotebookNode()
    if keep == "none":
        cell.metadata = NotebookNode()
    notebook.cells.insert(place(notebook, cell) + 1, second)
    restore(notebook, MARKS)
    well_marked(notebook)
    namespace = {}
    exec("import torch\nfrom torch import nn\n" + find(notebook, "excitation").source, namespace)
    assert "forward" in vars(namespace["Excitation"])


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("following", ["x = 1", "def squeeze(x):\n    return x.mean((2, 3))"])
def test_a_cell_that_ends_in_blanks_does_not_swallow_the_next(marked, following):
    notebook = solved()
    cell = find(notebook, "squeeze")
    cell.source += "\n    "
    after = new_code_cell(following, metadata=copy.deepcopy(cell.metadata) if marked and "def" in following else {})
    notebook.cells.insert(place(notebook, cell) + 1, after)
    restore(notebook, MARKS)
    well_marked(notebook)
    assert following in [cell.source for cell in notebook.cells]


@pytest.mark.parametrize("source", [
    *HOSTILE, "<b style='background:url(x)'>a</b>", "<a href='/formgrader/x'>a</a>", "<IMG SRC=x ONERROR=y>",
    "[a](file.html)",
    "<a href=' java\tscript:x'>a</a>", "![a](javascript:x)\n<input>", "<p id='x' data-x='1'>",
    "<b>\n\n<script\n>x</script>",
    "&lt;b&gt; <base href='//x'>", "<a href=&#106;avascript:x>a</a>", "[a](&#x6A;avascript:x)",
    "<template><b></template>", "<noscript><p title='</noscript><img src=x>'>", "![a](attachment:none.png)",
    "<table><img src=x onerror=y>",
    "<div>\n<!-- -- ><img src=x onerror=y> -->\n</div>", "a <b title=x\xa0onclick=y>b</b>", "<div>\n<p title=\"",
    "<div>\n<b onclick=y ",
    "<div>\n<?x <img src=x onerror=y> ?>", "<div>\n<!-->", "<div>\n<!--->",
])
def test_markdown_that_brings_more_than_text_is_shown_as_text(source):
    cell = new_markdown_cell(source)
    make_harmless([cell])
    assert cell.source != source and all(line in cell.source for line in source.split("\n"))
    assert unsafe(render_markdown(cell)) is None
    assert "<script" not in render_markdown(cell).replace("&lt;", "") and "<img" not in render_markdown(cell)


@pytest.mark.parametrize("source", [
    "# A title\n\nText with *stress*, `a < b`, $a < b$ and\n\n$$x = \\frac12$$", "| a | b |\n|:--|--:|\n| 1 | 2 |",
    "- [x] one\n- two\n\n1. three",
    "```python\nx = '<script>'\n```", "<details><summary>more</summary>\n\ntext\n\n</details>",
    "[link](https://arxiv.org/abs/1709.01507)",
    "a<br>b H<sub>2</sub>O", "![](figures/squeeze.svg)", "a < b > c & d", "> quote\n\n---\n~~no~~",
])
def test_plain_markdown_stays_as_it_is(source):
    cell = new_markdown_cell(source)
    make_harmless([cell])
    assert cell.source == source


@pytest.mark.parametrize("address, shown", [
    ("figures/squeeze.svg", True), ("my%20own.png", True), ("data:image/png;base64,iVBORw0KGgo=", True),
    ("/hub/logout", False), ("https://hub.school/hub/logout", False), ("//hub.school/x.png", False),
    ("../../hub/logout", False), ("figures/%2e%2E/%2e./logout", False), ("http://elsewhere/who-looks.png", False),
])
def test_on_formgraders_page_a_browser_opens_only_pictures_beside_the_notebook(address, shown):
    for source in (f"![mine]({address})", f"<img alt='mine' src='{address}'>"):
        page = on_formgraders_page(render_markdown(new_markdown_cell(source)))
        assert ("src=" in page, "[picture: mine]" in page) == (shown, not shown)


def test_a_pasted_picture_stays():
    raw = {"cell_type": "markdown", "source": "![me](attachment:me.png)",
           "attachments": {"me.png": {"image/png": "iVBORw0KGgo="}}}
    cell = parse(json.dumps({"cells": [raw], "nbformat": 4}).encode()).cells[0]
    make_harmless([cell])
    assert cell.source == raw["source"] and cell.attachments == raw["attachments"]


def test_the_text_of_the_lesson_is_plain():
    """But for its links to other lessons and to its lab book."""
    for cell in RELEASED.cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"\]\((\.\./\w+/\w+\.ipynb|lab_book\.md)", "](https://here", cell.source)
            assert unsafe(render_markdown(new_markdown_cell(text))) is None, cell.source


def test_very_long_markdown_is_not_rendered():
    cells = [new_markdown_cell("[" * (LONGEST + 1)), *(new_markdown_cell("word " * 1500) for _ in range(10))]
    make_harmless(cells)
    assert "```text" in cells[0].source and "```text" not in cells[1].source and "```text" in cells[-1].source


@pytest.mark.parametrize("one, behind", [("![](attachment:p.png)", ""), ("![a][p]", "\n\n[p]: attachment:p.png"),
                                         ("![](&#97;ttachment:p.png)", "")])
def test_a_picture_that_is_shown_hundreds_of_times_is_not_rendered_so_often(one, behind):
    """It came to gigabytes, in the process that grades a class."""
    cell = new_markdown_cell(300 * one + behind, attachments={"p.png": {"image/png": "A" * 1_000_000}})
    tracemalloc.start()
    try:
        make_harmless([cell])
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert len(render_markdown(cell)) < 100_000


def test_pictures_are_shown_as_long_as_they_are_few():
    attached = {name: {"image/png": letter * 1_500_000} for name, letter in (("p.png", "A"), ("q.png", "B"))}
    cells = [new_markdown_cell("![](attachment:p.png) ![](attachment:q.png)", attachments=attached) for _ in range(4)]
    make_harmless(cells)
    assert [render_markdown(cell).count("base64,") for cell in cells] == [2, 2, 0, 0]


def test_of_many_long_texts_the_beginning_is_shown():
    cells = [new_markdown_cell(f"{number} " + "<&" * 90_000) for number in range(50)]
    make_harmless(cells)
    assert sum(len(cell.source) for cell in cells) < 700_000 and all(
        "in the file that was handed in" in cell.source for cell in cells[3:]
    )


def test_of_ten_thousand_cells_a_page_shows_the_first_and_all_of_the_lesson():
    added = [new_code_cell(f"own{number} = 1", id=f"own-{number}") for number in range(MOST_ADDED + 200)]
    notebook = copy.deepcopy(RELEASED)
    notebook.cells = [*added, *notebook.cells]
    page, _ = HTMLExporter(config=nbgrader_plugin.settings()).from_notebook_node(notebook)
    assert "own0" in page and f"own{MOST_ADDED - 1}" in page and f"own{MOST_ADDED + 1}" not in page
    assert (
        all(f">{name}<" in page for name in GRADE_IDS) and "more cells are in the notebook that was handed in" in page
    )
