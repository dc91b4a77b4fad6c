"""A class that hands in lesson 01_se in every way that people hand things in: as data, with the points that each one
earns.

`hand_in` writes their files. Used by the tests and by `make class`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder.lessons.topics import topic

ROOT = Path(__file__).resolve().parents[2]
LESSON = "01_se"
DUE, IN_TIME, LATE = "2026-11-20 12:00:00 UTC", "2026-11-20 10:00:00 UTC", "2026-11-22 11:00:00 UTC"
NAMES = ("squeeze", "Excitation", "SEBlock", "se_parameter_cost", "ExhibitA")
FULL = (2, 3, 4, 1, 1)
NOTHING = (0, 0, 0, 0, 0)
GRADE_IDS = {name: name.lower() for name in NAMES}
PWN = "window.pwned=(window.pwned||0)+1"  # what hostile HTML does, for a browser to see

RELEASED = nbformat.read(ROOT / f"course/{LESSON}/{LESSON}.ipynb", as_version=4)


@dataclass(frozen=True)
class Pupil:
    """What one person handed in.

    answers: code by exercise, over `based_on` (the solved cells, or the stubs). edit: changes the notebook. file:
    writes it in another form, as bytes; None leaves the file out. points: by exercise, before a late penalty.
    """

    student: str
    what: str
    points: tuple[float, float, float, float, float]
    answers: dict[str, str] = field(default_factory=dict)
    edit: Callable[[NotebookNode], None] | None = None
    file: Callable[[str], bytes | None] = str.encode
    solved: bool = True
    timestamp: str = IN_TIME
    first_name: str = ""
    last_name: str = ""
    others: dict[str, str] = field(default_factory=dict)  # further files

    @property
    def late(self) -> bool:
        return self.timestamp == LATE


def known(*ids: str) -> dict[str, str]:
    """The code of mistakes and variants of the catalogue, by exercise."""
    of = topic("se").catalogue
    return {entry.exercise: entry.source for entry in (*of.mistakes, *of.right) if entry.id in ids}


def solved_answers() -> dict[str, str]:
    """The solved notebook's exercises without nbgrader's markers."""
    solved = nbformat.read(ROOT / f"solutions/notebooks/{LESSON}/{LESSON}.ipynb", as_version=4)
    sources = {cell.metadata.nbgrader.grade_id: cell.source for cell in solved.cells
               if cell.metadata.get("nbgrader", {}).get("solution")}
    return {name: "\n".join(line for line in sources[grade_id].split("\n") if "### " not in line)
            for name, grade_id in GRADE_IDS.items()}


SOLVED = solved_answers()


def without_lines(source: str, *beginnings: str) -> str:
    return "\n".join(line for line in source.split("\n") if not line.strip().startswith(beginnings))


def find(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def place(notebook: NotebookNode, cell: NotebookNode) -> int:
    return next(i for i, other in enumerate(notebook.cells) if other is cell)


def without(*grade_ids: str) -> Callable[[NotebookNode], None]:
    def edit(notebook: NotebookNode) -> None:
        notebook.cells = [cell for cell in notebook.cells
                          if cell.metadata.get("nbgrader", {}).get("grade_id") not in grade_ids]
    return edit


def double(notebook: NotebookNode) -> None:
    """An exercise cell was copied; the copy above holds a first attempt."""
    cell = find(notebook, "seblock")
    attempt = copy.deepcopy(cell)
    attempt.id, attempt.source = "pasted", SOLVED["SEBlock"].replace("x * self", "x + self")
    notebook.cells.insert(place(notebook, cell), attempt)


def split(notebook: NotebookNode) -> None:
    """As JupyterLab splits a cell: both halves keep the metadata.
    One cut is between two methods, one after a helper function."""
    for grade_id, at in (("excitation", "    def forward"), ("seblock", "class SEBlock")):
        cell = find(notebook, grade_id)
        head, tail = cell.source[:cell.source.index(at)], cell.source[cell.source.index(at):]
        second = copy.deepcopy(cell)
        cell.source, second.source, second.id = head.strip("\n"), tail.strip("\n"), f"{grade_id}-half"
        notebook.cells.insert(place(notebook, cell) + 1, second)


def strip_metadata(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata = NotebookNode()
    notebook.metadata = NotebookNode()


def forge(notebook: NotebookNode) -> None:
    """Points, locked cells and checks rewritten, and a grade cell of their own."""
    for name, grade_id in GRADE_IDS.items():
        check = find(notebook, f"{grade_id}-check")
        check.metadata.nbgrader.update(points=100, locked=False, checksum="0" * 32)
        check.source = "10.0"
        find(notebook, grade_id).metadata.nbgrader.update(grade=True, points=50, solution=name != "squeeze")
    bonus = new_code_cell("1000.0", id="bonus")
    bonus.metadata.nbgrader = {"grade": True, "solution": False, "locked": False, "grade_id": "bonus", "points": 1000,
                               "schema_version": 3}
    bonus.outputs = [new_output("execute_result", {"text/plain": "1000.0"}, execution_count=1)]
    notebook.cells.append(bonus)


def into_the_check(notebook: NotebookNode) -> None:
    """The answer stands in the locked check cell, the exercise's own cell is gone."""
    check = find(notebook, "se_parameter_cost-check")
    check.source = SOLVED["se_parameter_cost"] + "\n\ncheck(se_parameter_cost)"
    without("se_parameter_cost")(notebook)


def other_types(notebook: NotebookNode) -> None:
    """An exercise became Markdown (the key M), a check became raw text."""
    find(notebook, "excitation").cell_type = "markdown"
    for key in ("outputs", "execution_count"):
        find(notebook, "excitation").pop(key)
    find(notebook, "squeeze-check").cell_type = "raw"
    for key in ("outputs", "execution_count"):
        find(notebook, "squeeze-check").pop(key)


def long_outputs(notebook: NotebookNode) -> None:
    notebook.cells[5].outputs = [new_output("stream", name="stdout", text=("0123456789" * 10 + "\n") * 500_000)]


def other_kernel(notebook: NotebookNode) -> None:
    notebook.metadata = NotebookNode(kernelspec={"name": "julia-1.9", "display_name": "Julia"},
                                     language_info={"name": "julia"})


HOSTILE = (
    f"<script>{PWN}</script>", f"<img src=x onerror=\"{PWN}\">",
    f"[look](javascript:{PWN.replace('(', '%28').replace(')', '%29')})",
    f"<a href=\"files/javascript:{PWN}\">here</a>", f"<iframe srcdoc=\"<script>parent.{PWN}</script>\"></iframe>",
    f"<svg onload=\"{PWN}\"><script>{PWN}</script></svg>",
    f"<details open ontoggle=\"{PWN}\"><summary>x</summary></details>",
    f"<math><mtext><table><mglyph><style><img src=x onerror=\"{PWN}\"></style></mglyph></table></mtext></math>",
    f"![x](attachment:a.png)\n\n<style>@import 'x'</style><b onclick=\"{PWN}\" style=\"position:fixed;inset:0\">all "
    "of the page</b>",
    f"<form action=\"javascript:{PWN}\"><button autofocus onfocus=\"{PWN}\">Full credit</button></form>",
    f"[a]: <javascript:{PWN}>\n\n[read this][a] <javascript:{PWN}>",
)


def hostile(notebook: NotebookNode) -> None:
    """HTML that runs, wherever a learner can write: Markdown, raw cells, attachments, metadata, tags, outputs."""
    for index, text in enumerate(HOSTILE):
        cell = new_markdown_cell(text, id=f"hostile-{index}", metadata={"tags": [f"\"><script>{PWN}</script>"]})
        cell.attachments = {"a.png": {f"image/svg+xml\" onerror=\"{PWN}": "PHN2Zz4=",
                                      "text/html": f"<script>{PWN}</script>"}}
        notebook.cells.insert(2 + index, cell)
    notebook.cells.insert(2, new_markdown_cell("# squeeze-check\n\n<b id='seblock-check'>Full credit</b>", id="names"))
    notebook.cells.append(nbformat.v4.new_raw_cell(f"<script>{PWN}</script>", id="raw",
                                                   metadata={"raw_mimetype": "text/html"}))
    notebook.cells[1].outputs = [new_output("display_data", {"text/html": f"<script>{PWN}</script>",
                                                             "application/javascript": PWN})]
    notebook.metadata.update(title=f"</title><script>{PWN}</script>",
                             widgets={"application/vnd.jupyter.widget-state+json": {"state": {}}},
                             language_info={"name": f"\"><script>{PWN}</script>",
                                            "pygments_lexer": f"\"><img src=x onerror={PWN}>"})


def colab(notebook: NotebookNode) -> None:
    """As Colab saves it: keys of its own everywhere, the kernel's name shortened, outputs of what it did first."""
    notebook.metadata |= {"colab": {"provenance": [{"file_id": "1aB", "timestamp": 1790000000000}], "gpuType": "T4",
                                    "toc_visible": True},
                          "accelerator": "GPU", "kernelspec": {"display_name": "Python 3", "name": "python3"},
                          "widgets": {"application/vnd.jupyter.widget-state+json": {}}}
    for number, cell in enumerate(notebook.cells):
        cell.metadata |= {"id": f"aB3-_{number}", "colab": {"base_uri": "https://localhost:8080/", "height": 35}}
        if cell.cell_type == "code":
            cell.metadata["executionInfo"] = {"status": "ok", "timestamp": 1790000000000, "elapsed": 3, "user_tz": -120,
                                              "user": {"displayName": "Cai", "userId": "0123"}}
            cell.metadata["outputId"] = "0a1b"
    drive = new_code_cell("from google.colab import drive\ndrive.mount('/content/drive')\n%cd "
                          "/content/drive/MyDrive/01_se", id="drive")
    notebook.cells.insert(0, drive)


def vs_code(notebook: NotebookNode) -> None:
    """As VS Code saves it: languages of cells, the interpreter, no kernel that is named as others name it."""
    notebook.metadata |= {"kernelspec": {"display_name": ".venv (3.11.2)", "language": "python", "name": "python3"},
                          "vscode": {"interpreter": {"hash": "31f2aee4e71d21fbe5cf8b01ff0e069b9275f58929596ceb"}},
                          "interpreter": {"hash": "31f2aee4e71d21fbe5cf8b01ff0e069b9275f58929596ceb"},
                          "language_info": {"name": "python", "version": "3.11.2",
                                            "codemirror_mode": {"name": "ipython", "version": 3}},
                          "orig_nbformat": 4}
    for cell in notebook.cells:
        cell.metadata["vscode"] = {"languageId": "python" if cell.cell_type == "code" else "markdown"}


def without_ids(text: str) -> bytes:
    """The same notebook in the form of nbformat 4.2, in which cells have no ids."""
    content = json.loads(text) | {"nbformat": 4, "nbformat_minor": 2}
    for cell in content["cells"]:
        del cell["id"]
    return json.dumps(content, indent=1).encode()


def version_3(text: str) -> bytes:
    """The same notebook as IPython 2 wrote it."""
    old = nbformat.convert(nbformat.reads(text, as_version=4), 3)
    return json.dumps(old).encode()


ENDLESS = "def se_parameter_cost(stage_channels, stage_blocks, reduction=16):\n    while True:\n        pass\n"
HELPED = '''def as_map(gates):
    return gates[:, :, None, None]


class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        return x * as_map(self.excitation(squeeze(x)))
'''

PUPILS = (
    Pupil("ada", "everything right", FULL, first_name="Ada", last_name="Byron"),
    Pupil("ben", "everything right, in another style", FULL,
          known("squeeze-einsum", "excitation-sequential", "se-all-in-one", "cost-loop")),
    Pupil("cai", "saved by Colab", FULL, edit=colab),
    Pupil("cleo", "everything right, in a third style", FULL,
          known("squeeze-pooling-layer", "excitation-convolutions", "se-einsum", "cost-fraction")),
    Pupil("dora", "maximum for mean, no ValueError, one matrix counted", (0, 2.75, 4, 0, 1),
          {"squeeze": SOLVED["squeeze"].replace(".mean(", ".amax("),
           "Excitation": without_lines(SOLVED["Excitation"], "if not 1 <=", "raise ValueError"),
           "se_parameter_cost": SOLVED["se_parameter_cost"].replace("2 * sum", "1 * sum")}),
    Pupil("emil", "untouched", NOTHING, solved=False),
    Pupil("fay", "a syntax error in an exercise", (2, 3, 4, 0, 1),
          {"se_parameter_cost": "def se_parameter_cost(stage_channels, stage_blocks, reduction=16)\n    return 0\n"}),
    Pupil("gus", "warnings, and words on stderr", FULL,
          {"squeeze": "import sys, warnings\n\ndef squeeze(x):\n    warnings.warn('slow')\n    print('!', "
                      "file=sys.stderr)\n    return x.mean(dim=(2, 3))\n"}),
    Pupil("hal", "an endless loop in a function", (2, 3, 4, 0, 1), {"se_parameter_cost": ENDLESS}),
    Pupil("ida", "an endless loop in a cell of their own", FULL,
          edit=lambda notebook: notebook.cells.insert(16, new_code_cell("while True:\n    pass", id="loop"))),
    Pupil("jon", "os._exit in a function", (0, 3, 4, 1, 1),
          {"squeeze": "import os\n\ndef squeeze(x):\n    os._exit(0)\n"}),
    Pupil("kim", "an exercise deleted, with its check", (2, 0, 4, 1, 1),
          edit=without("excitation", "excitation-check")),
    Pupil("leo", "all checks deleted", FULL, edit=without(*(f"{grade_id}-check" for grade_id in GRADE_IDS.values()))),
    Pupil("mia", "an exercise doubled, the first attempt above", FULL, edit=double),
    Pupil("ned", "two exercises split into two cells", FULL, {"SEBlock": HELPED}, split),
    Pupil("ola", "all metadata lost", FULL, edit=strip_metadata),
    Pupil("pam", "forged points, locked cells rewritten to `10.0`", NOTHING, edit=forge, solved=False),
    Pupil("pia", "the answer in the locked check, its cell deleted", FULL, edit=into_the_check),
    Pupil("quin", "outputs of 50 MB", FULL, edit=long_outputs),
    Pupil("rex", "another kernel", FULL, edit=other_kernel),
    Pupil("sue", "half an upload: it ends in an exercise", (2, 3, 4, 0, 0),
          file=lambda text: text[:text.index("def se_parameter_cost")].encode()),
    Pupil("tom", "late by two days", FULL, timestamp=LATE),
    Pupil("uma", "HTML that runs, in cells, metadata and name", FULL, edit=hostile,
          first_name=f"<img src=x onerror={PWN}>",
          last_name=f"Mall, <script>{PWN}</script>", others={"evil.html": f"<script>{PWN}</script>"}),
    Pupil(f"vic <img src=x onerror={PWN}>", "HTML that runs, in the id and in errors", (0, 3, 4, 1, 1), {
        "squeeze": f"def squeeze(x):\n    raise RuntimeError('<script>{PWN}</script> `</code><img src=x "
                   f"onerror={PWN}>`')\n"}),
    Pupil("val", "saved by VS Code", FULL, edit=vs_code, file=without_ids),
    Pupil("wes", "saved on Windows, with a BOM", FULL,
          file=lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()),
    Pupil("xia", "UTF-16, as PowerShell writes", FULL, file=lambda text: text.encode("utf-16")),
    Pupil("yan", "an empty file", NOTHING, file=lambda text: b""),
    Pupil("zoe", "no notebook, but a PDF", NOTHING, file=lambda text: None, others={"01_se.pdf": "%PDF-1.7"}),
    Pupil("zac", "cells of other types: Markdown and raw", FULL, edit=other_types),
    Pupil("zed", "a notebook of version 3", FULL, file=version_3),
)


def notebook_of(pupil: Pupil) -> NotebookNode:
    """The notebook as the pupil saved it."""
    notebook = copy.deepcopy(RELEASED)
    for name, source in {**(SOLVED if pupil.solved else {}), **pupil.answers}.items():
        find(notebook, GRADE_IDS[name]).source = source
    if pupil.edit:
        pupil.edit(notebook)
    return notebook


def file_of(pupil: Pupil) -> bytes | None:
    """The file that the pupil handed in; None where there is none."""
    return pupil.file(json.dumps(notebook_of(pupil), indent=1, ensure_ascii=False))


def hand_in(pupil: Pupil, folder: Path) -> None:
    """Write what the pupil handed in to `folder`, with nbgrader's timestamp."""
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text(pupil.timestamp)
    if (data := file_of(pupil)) is not None:
        (folder / f"{LESSON}.ipynb").write_bytes(data)
    for name, text in pupil.others.items():
        (folder / name).write_text(text)
