"""Where cells stand, what their file is like, and which editor wrote it."""

import json

from autograder.lessons.course import lessons
from builder import single
from tests.judge.honest import IMPORTS, Content, Honest, cell_of, code, code_cells, new_cell, put, solved

CODE = code()
MEAN = "def squeeze(x):\n    return {}(x)"
HELPER = "def mean_of(x):\n    return x.mean((2, 3))"
USES = {"squeeze": MEAN.format("mean_of")}
PICTURE = {"image/png": "iVBORw0KGgo="}


def colab(content: Content) -> None:
    content["metadata"] |= {"colab": {"provenance": [], "gpuType": "T4"}, "accelerator": "GPU"}
    for cell in content["cells"]:
        cell["metadata"] |= {"id": "aB3-_x", "colab": {"base_uri": "https://localhost:8080/"}, "executionInfo": {"elapsed": 3}}


def without_ids(content: Content) -> None:
    content["nbformat_minor"] = 2
    for cell in content["cells"]:
        del cell["id"]
        cell["metadata"]["vscode"] = {"languageId": "python"}


def oldest(content: Content) -> None:
    content["nbformat_minor"] = 0
    del content["metadata"]
    for cell in content["cells"]:
        del cell["id"]


def version_3(content: Content) -> bytes:
    cells = [{"cell_type": "code", "language": "python", "input": cell["source"].splitlines(keepends=True), "outputs": [], "metadata": {},
              "prompt_number": 3, "collapsed": False} if cell["cell_type"] == "code" else
             {"cell_type": cell["cell_type"], "source": cell["source"], "metadata": {}} for cell in content["cells"]]
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""},
                       "worksheets": [{"cells": cells, "metadata": {}}]}).encode()


def single_notebook(content: Content) -> None:
    """A notebook with its drawings in it, whose first cell installs the library where it is missing."""
    answers = {cell["id"]: cell for cell in content["cells"] if cell["metadata"].get("nbgrader", {}).get("solution")}
    lesson = next(lesson for lesson in lessons() if lesson.name == "01_se")
    content["cells"] = [answers.get(cell["id"], cell) for cell in single.notebook(lesson)["cells"]]


def other_kernel(content: Content) -> None:
    content["metadata"]["kernelspec"] = {"name": "conda-env-dl-py", "display_name": "Python [conda env:dl] *", "language": "python"}
    content["metadata"]["language_info"] = {"name": "python", "version": "3.8.0"}


def with_outputs(content: Content) -> None:
    for cell in code_cells(content):
        cell["outputs"] = [{"output_type": "stream", "name": "stderr", "text": ["epoch 1 ████\r" * 50_000]},
                           {"output_type": "error", "ename": "NameError", "evalue": "x", "traceback": ["\x1b[0;31m"]},
                           {"output_type": "display_data", "metadata": {}, "data": PICTURE}]


def with_notes(content: Content) -> None:
    content["cells"][:0] = [
        {"cell_type": "raw", "id": "raw", "metadata": {"raw_mimetype": "text/latex"}, "source": "\\def\\x{1}\ndef squeeze(x): pass"},
        {"cell_type": "markdown", "id": "notes", "metadata": {}, "attachments": {"image.png": PICTURE},
         "source": "![](attachment:image.png)\n\n```python\ndef squeeze(x):\n    return x.max()\n```"}]


def in_one_cell(content: Content) -> None:
    code = [cell["source"] for cell in code_cells(content) if not cell["source"].startswith("check(")]
    content["cells"] = [{"cell_type": "code", "metadata": {}, "source": "\n\n".join(code), "outputs": []}]


def answers_alone(content: Content) -> None:
    kept = [cell for cell in code_cells(content) if cell["source"] in CODE.values() or cell["source"] == IMPORTS]
    content["cells"] = kept


def merged_with_checks(content: Content) -> None:
    for name in CODE:
        place = content["cells"].index(cell_of(content, name))
        content["cells"][place]["source"] += "\n\n" + content["cells"].pop(place + 1)["source"]


def merged_with_experiments(content: Content) -> None:
    """Each answer at the beginning of the next cell that trains, whose tags the merged cell keeps."""
    for name in CODE:
        cell = cell_of(content, name)
        trains = next(other for other in code_cells(content) if "experiment" in other["metadata"].get("tags", []))
        content["cells"].remove(cell)
        trains["source"] = f"{cell['source']}\n\n{trains['source']}"


def turned(content: Content) -> None:
    for cell in code_cells(content):
        if cell["source"] in CODE.values():
            cell["cell_type"] = "raw" if "def squeeze" in cell["source"] else "markdown"


def upside_down(content: Content) -> None:
    own = [cell for cell in content["cells"] if cell["source"] in CODE.values()]
    for cell, other in zip(own, [dict(cell) for cell in reversed(own)]):
        cell.update(other)


def doubled(content: Content) -> None:
    content["cells"] += [dict(cell) for cell in content["cells"]]


def without_marks(content: Content) -> None:
    for cell in content["cells"]:
        cell["metadata"] = {}


def imports_at_the_end(content: Content) -> None:
    place = next(i for i, cell in enumerate(content["cells"]) if cell["source"] == IMPORTS)
    content["cells"].append(content["cells"].pop(place))


def with_a_stub(content: Content) -> None:
    """The answer in a cell of its own, above the one that was meant for it, which keeps the lesson's gap."""
    cell = cell_of(content, "squeeze")
    place = content["cells"].index(cell)
    content["cells"].insert(place, new_cell(cell["source"]))
    cell["source"] = "def squeeze(x):  # see above\n    # YOUR CODE HERE\n    raise NotImplementedError()"


def with_the_cells_of(lesson: str, *names: str):
    def edit(content: Content) -> None:
        content["cells"] += [json.loads(json.dumps(cell)) for cell in solved(lesson).cells
                             if cell.metadata.get("nbgrader", {}).get("grade_id", "").lower() in names]
    return edit


def with_lines(end: str):
    def edit(content: Content) -> None:
        for cell in content["cells"]:
            cell["source"] = [line + end for line in cell["source"].split("\n")]
    return edit


def with_tabs(content: Content) -> None:
    for cell in code_cells(content):
        cell["source"] = cell["source"].replace("    ", "\t")


def indented(content: Content) -> None:
    cell = cell_of(content, "squeeze")
    cell["source"] = "\n".join(f"    {line}" for line in cell["source"].split("\n"))


def pasted_from_a_prompt(content: Content) -> None:
    cell = cell_of(content, "squeeze")
    first, *others = cell["source"].split("\n")
    cell["source"] = "\n".join([f">>> {first}", *(f"... {line}" for line in others)])


def every_cell_an_experiment(content: Content) -> None:
    for cell in code_cells(content):
        cell["metadata"]["tags"] = ["experiment"]


PLACES = {
    # where a helper stands
    "a helper in the cell above": Honest(instead=USES, file=put(HELPER, before="squeeze")),
    "a helper in the cell below": Honest(instead=USES, file=put(HELPER, behind="squeeze")),
    "a helper at the very end": Honest(instead=USES, last=[HELPER]),
    "a helper in a copied experiment": Honest(instead=USES, file=put(f"{HELPER}\nfor epoch in range(10**9):\n    pass", behind="squeeze",
                                                                     tags=("experiment",))),
    "a helper under a magic in a copied experiment": Honest(instead=USES, file=put(f"%matplotlib inline\n!nvidia-smi\n{HELPER}",
                                                                                   behind="squeeze", tags=("experiment",))),
    "a constant in a copied experiment": Honest(instead={"squeeze": "def squeeze(x):\n    return x.mean(AXES)"}, file=put(
        "AXES = (2, 3)\nmodel = SEBlock(32)", behind="squeeze", tags=("experiment",))),
    "a module in a copied experiment": Honest(instead={"squeeze": "def squeeze(x):\n    return pool(x).flatten(1)"}, file=put(
        "pool = nn.AdaptiveAvgPool2d(1)\nmodel = SEBlock(32)", behind="squeeze", tags=("experiment",))),
    "a file written in a copied experiment": Honest(instead=USES, file=put(
        f"%%writefile my_helpers.py\n{HELPER}", "from my_helpers import mean_of", before="squeeze", tags=("experiment",))),
    "a function of a released experiment": Honest("05a_danet", instead={"DANetHead": code("05a_danet")["DANetHead"].replace(
        "def block(inputs):\n            return nn.Sequential(nn.Conv2d(inputs, inter, 3, padding=1, bias=False),\n"
        "                                 nn.BatchNorm2d(inter), nn.ReLU())", "block = lambda inputs: layer(inputs, inter)")}),
    "a base class in a cell below": Honest(instead={"Excitation": CODE["Excitation"].replace("(nn.Module)", "(Base)")},
                                           last=["class Base(nn.Module):\n    pass"]),
    "a decorator in a cell below": Honest(above={"squeeze": "@traced"}, last=["def traced(f):\n    return f"]),
    "a type that is imported below": Honest(instead={"squeeze": "def squeeze(x: Tensor) -> Tensor:\n    return x.mean((2, 3))"},
                                            last=["from torch import Tensor"]),
    "imports at the end": Honest(file=imports_at_the_end),
    # cells that were moved, split and merged
    "all in one cell": Honest(file=in_one_cell),
    "all in one cell, with a mistake in the middle": Honest(above={"Excitation": "print(undefined)"}, file=in_one_cell),
    "nothing but answers": Honest(file=answers_alone),
    "merged with the checks": Honest(file=merged_with_checks),
    "merged with experiments": Honest(file=merged_with_experiments),
    "every cell an experiment": Honest(file=every_cell_an_experiment),
    "another order": Honest(file=upside_down),
    "everything twice": Honest(file=doubled),
    "cells of another type": Honest(file=turned),
    "marks that are gone": Honest(file=without_marks),
    "cells of another lesson": Honest("02_eca", file=with_the_cells_of("01_se", "squeeze", "excitation", "squeeze-check")),
    "a gap that was left behind the answer": Honest(file=with_a_stub),
    "a later exercise half written": Honest(instead={"SEBlock": "class SEBlock(nn.Module):\n    def __init__(self, channels"},
                                            lost={"SEBlock": 4}, said="SyntaxError", unfinished=True),
    "notes": Honest(file=with_notes),
    # the file
    "a single notebook": Honest(file=single_notebook),
    "format 3": Honest(file=version_3),
    "format 4.0 without metadata": Honest(file=oldest),
    "another kernel": Honest("00_warmup", file=other_kernel),
    "long outputs and errors": Honest(file=with_outputs),
    "tabs": Honest(file=with_tabs),
    "indented as a whole": Honest(file=indented),
    "pasted from a prompt": Honest(file=pasted_from_a_prompt),
    "Windows lines": Honest(file=with_lines("\r\n")),
    "lines of an old Mac": Honest(file=with_lines("\r")),
    "a byte order mark": Honest(file=lambda content: b"\xef\xbb\xbf" + json.dumps(content).encode()),
    "UTF-16": Honest(file=lambda content: json.dumps(content, ensure_ascii=False).encode("utf-16")),
    "Latin-1": Honest(last=["# für später"], file=lambda content: json.dumps(content, ensure_ascii=False).encode("cp1252", "replace")),
    # where it was written
    "Colab": Honest(first=["from google.colab import drive\ndrive.mount('/content/drive')\n%cd /content/drive/MyDrive\n"
                           "%pip install -q ../"], file=colab, absent=["google"]),
    "Colab or not": Honest(first=["try:\n    from google.colab import drive\n    drive.mount('/content/drive')\n    IN_COLAB = True\n"
                                  "except ModuleNotFoundError:\n    IN_COLAB = False", "#@title Settings { run: 'auto' }\n"
                                  "reduction = 16  #@param {type: 'slider', min: 1, max: 16}"]),
    "Colab's restart": Honest(first=["!pip install -q torch\nimport os\nos.kill(os.getpid(), 9)"], last=["exit()"]),
    "VS Code": Honest(file=without_ids),
    "Kaggle": Honest(first=["# This Python 3 environment comes with many helpful libraries\nimport numpy as np\nimport os\n"
                            "for dirname, _, filenames in os.walk('/kaggle/input'):\n    print(dirname)\nos.listdir('/kaggle/working')"]),
    "JupyterLite": Honest(first=["import piplite\nawait piplite.install('torch')"], absent=["piplite"]),
    "PyCharm": Honest(first=["#%%\nimport os\nos.environ['KMP_DUPLICATE_LIB_OK'] = 'True'"]),
}
