"""Notebooks as honest people hand them in: what they do beside the exercises costs nothing, and where something is lost the report says
why.

Each is the solved notebook of 01_se with a few edits: a cell put before or behind everything, text put above or below an exercise's own
code, or another answer in its place.
"""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from nbformat.v4 import new_code_cell

from attention_lab.checking import report
from autograder.intake.files import read
from autograder.judge.session import is_absent
from autograder.lessons.course import NOTEBOOKS
from autograder.submission.parse import parse
from tests.suites import few

SOLVED = read(NOTEBOOKS / "01_se/01_se.ipynb")
FULL = {"squeeze": 2, "Excitation": 3, "SEBlock": 4, "se_parameter_cost": 1}
IMPORTS = next(cell.source for cell in SOLVED.cells if cell.source.startswith("import torch"))
CODE = {name: next(cell.source for cell in SOLVED.cells if f" {name}(" in cell.source.split(":")[0]) for name in FULL}


@dataclass
class Honest:
    """first, last: cells around the lesson's. imports: the import cell instead. above, below, instead: an exercise's code, by name.
    file: what the editor makes of the notebook, given its JSON.
    lost: the points that it loses, by exercise; said: what their reports say. absent: packages that are reported as missing."""

    first: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    imports: str = IMPORTS
    above: dict[str, str] = field(default_factory=dict)
    below: dict[str, str] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)
    file: Callable[[dict], bytes | None] = lambda _notebook: None
    lost: dict[str, float] = field(default_factory=dict)
    said: str = ""
    absent: list[str] = field(default_factory=list)

    def notebook(self):
        made = copy.deepcopy(SOLVED)
        for cell in made.cells:
            if cell.source == IMPORTS:
                cell.source = self.imports
            for name, code in CODE.items():
                if cell.source == code:
                    parts = self.above.get(name, ""), self.instead.get(name, code), self.below.get(name, "")
                    cell.source = "\n".join(filter(None, parts))
        made.cells[:0] = map(new_code_cell, self.first)
        made.cells += map(new_code_cell, self.last)
        content = json.loads(json.dumps(made))
        return parse(self.file(content) or json.dumps(content).encode())


def cells_of(content):
    return [cell for cell in content["cells"] if cell["cell_type"] == "code"]


def colab(content):
    content["metadata"] |= {"colab": {"provenance": [], "gpuType": "T4"}, "accelerator": "GPU"}
    for cell in content["cells"]:
        cell["metadata"] |= {"id": "aB3-_x", "colab": {"base_uri": "https://localhost:8080/"}, "executionInfo": {"elapsed": 3}}


def without_ids(content):
    content["nbformat_minor"] = 2
    for cell in content["cells"]:
        del cell["id"]
        cell["metadata"]["vscode"] = {"languageId": "python"}


def in_one_cell(content):
    code = [cell["source"] for cell in cells_of(content) if not cell["source"].startswith("check(")]
    content["cells"] = [{"cell_type": "code", "metadata": {}, "source": "\n\n".join(code), "outputs": []}]


def turned(content):
    for cell in cells_of(content):
        if cell["source"] in CODE.values():
            cell["cell_type"] = "raw" if "def squeeze" in cell["source"] else "markdown"


def upside_down(content):
    own = [cell for cell in content["cells"] if cell["source"] in CODE.values()]
    for cell, other in zip(own, [dict(cell) for cell in reversed(own)]):
        cell.update(other)


def with_lines(end):
    def edit(content):
        for cell in content["cells"]:
            cell["source"] = [line + end for line in cell["source"].split("\n")]
    return edit


def with_tabs(content):
    for cell in cells_of(content):
        cell["source"] = cell["source"].replace("    ", "\t")


SLOW = "model = SEBlock(64)\nfor epoch in range(10**9):\n    model(torch.randn(2, 64, 8, 8))"
MEAN = "def squeeze(x):\n    return {}(x)"
HONEST = {
    # imports that fail here
    "a package for plots": Honest(imports=f"import seaborn as sns\nsns.set_theme(style='ticks')\n{IMPORTS}", absent=["seaborn"]),
    "two packages in one line": Honest(imports=f"import torch, einops, os\n{IMPORTS}", absent=["einops"]),
    "a name that is not there": Honest(imports=f"from torch.nn import Linear, Linearity\n{IMPORTS}"),
    "a package installed first": Honest(
        first=["%pip install einops\nfrom einops import reduce"],
        instead={"squeeze": "def squeeze(x):\n    return reduce(x, 'b c h w -> b c', 'mean')"}, lost={"squeeze": 2},
        said="code cell 1 failed: the grading machine has no module `einops`. Your line: `from einops import reduce`", absent=["einops"]),
    "a star": Honest(first=["from d2l.torch import *"], instead={"squeeze": "def squeeze(x):\n    return d2l_mean(x)"}, lost={"squeeze": 2},
                     said="no module `d2l`", absent=["d2l"]),
    "an import inside": Honest(instead={"squeeze": "def squeeze(x):\n    import einops\n    return einops.reduce(x)"}, lost={"squeeze": 2},
                               said="No module named 'einops'", absent=["einops"]),
    "types for arrays": Honest(
        first=["from jaxtyping import Float, jaxtyped\nfrom beartype import beartype"], absent=["beartype", "jaxtyping"],
        instead={"squeeze": "@jaxtyped(typechecker=beartype)\ndef squeeze(x: Float[torch.Tensor, 'b c h w']):\n    return x.mean((2, 3))"}),
    "a class of a package": Honest(first=["import lightning as L\nclass Lit(L.LightningModule):\n    pass\nimport torch"],
                                 absent=["lightning"]),
    "a way around": Honest(first=["try:\n    import cupy\nexcept ImportError:\n    cupy = None"]),
    # names that are used again
    "the name of a result": Honest(last=["squeeze = squeeze(torch.randn(2, 3, 4, 4))\nSEBlock = SEBlock(8)\nprint(squeeze.shape)"]),
    "the name in its own cell": Honest(below={"squeeze": "squeeze = squeeze(torch.randn(2, 3, 4, 4))"}),
    "deleted": Honest(last=["del squeeze, Excitation"]),
    "in a loop": Honest(last=["for squeeze in range(3):\n    pass"]),
    "written anew": Honest(last=["def squeeze(x):\n    return torch.flatten(x, 2).mean(-1)"]),
    "a partial": Honest(instead={"squeeze": "import functools\ndef squeeze(x, dim):\n    return x.mean(dim)\n"
                                            "squeeze = functools.partial(squeeze, dim=(2, 3))"}),
    # what runs on beside the exercise
    "trained in its own cell": Honest(below={"SEBlock": SLOW}),
    "trained above it": Honest(above={"se_parameter_cost": SLOW}),
    "slept": Honest(below={"squeeze": "import time\ntime.sleep(0.5)"}),
    "a file that is not there": Honest(above={"squeeze": "data = open('data.csv').read()"}, below={"squeeze": "print(data[:3])"}),
    "a GPU that is not there": Honest(above={"SEBlock": "x = torch.randn(2, 3).cuda()"}, below={"SEBlock": "SEBlock(64).cuda()"}),
    "left before the end": Honest(above={"squeeze": "import sys\nif not torch.cuda.is_available():\n    sys.exit('no GPU')"},
                                  last=["exit()"]),
    "own asserts": Honest(below={"squeeze": "assert squeeze(torch.ones(1, 2, 3, 3)).sum() == 3"}, last=["assert False, 'todo'"]),
    # torch's settings
    "compiled": Honest(above={"squeeze": "@torch.compile", "SEBlock": "@torch.compile(mode='reduce-overhead')"},
                       below={"Excitation": "Excitation(32).compile()"}),
    "compiled later": Honest(last=["squeeze = torch.compile(squeeze, fullgraph=True)\nmodel = torch.compile(SEBlock(32))\n"
                                   "model(torch.randn(1, 32, 4, 4))"]),
    "float64 by default": Honest(first=["import torch\ntorch.set_default_dtype(torch.float64)"]),
    "float64 that is insisted on": Honest(
        first=["import torch\ntorch.set_default_dtype(torch.float64)"], lost={"Excitation": 0.25}, said="every check passed except `dtype`",
        instead={"Excitation": CODE["Excitation"].replace("bias=False)", "bias=False, dtype=torch.float64)")}),
    "float64 of what is made on the way": Honest(
        first=["import torch\ntorch.set_default_dtype(torch.float64)"], lost={"squeeze": 0.2}, said="every check passed except `dtype`",
        instead={"squeeze": "def squeeze(x):\n    return torch.zeros(x.shape[:2], device=x.device) + x.mean((2, 3))"}),
    "deterministic": Honest(first=["import torch\ntorch.use_deterministic_algorithms(True)\ntorch.manual_seed(3)\n"
                                   "torch.set_num_threads(4)\ntorch.set_grad_enabled(False)\ntorch.set_printoptions(precision=2)"]),
    "a device": Honest(first=["import torch\ndevice = 'cuda' if torch.cuda.is_available() else 'cpu'\ntorch.set_default_device(device)"]),
    # files
    "a module of one's own": Honest(first=["%%writefile helpers.py\ndef mean(x):\n    return x.mean((2, 3))", "from helpers import mean"],
                                    instead={"squeeze": MEAN.format("mean")}),
    "a script": Honest(first=["%%writefile tools.py\ndef mean(x):\n    return x.mean((2, 3))", "%run tools.py"],
                       instead={"squeeze": MEAN.format("mean")}),
    "a helper that stayed at home": Honest(first=["from my_layers import mean"], instead={"squeeze": MEAN.format("mean")},
                                           lost={"squeeze": 2}, said="no module `my_layers`", absent=["my_layers"]),
    "another folder": Honest(first=["import os\nos.makedirs('out', exist_ok=True)\nos.chdir('out')"]),
    # code from a string, and other ways to define
    "from a string": Honest(instead={"squeeze": "exec('def squeeze(x):\\n    return x.mean((2, 3))')"}),
    "by a factory": Honest(instead={"Excitation": """def make(name, gate):
    def __init__(self, channels, reduction=16):
        nn.Module.__init__(self)
        if channels // reduction == 0:
            raise ValueError(f"{channels} // {reduction} is 0")
        self.fc1 = nn.Linear(channels, channels // reduction, bias=False)
        self.fc2 = nn.Linear(channels // reduction, channels, bias=False)
    return type(name, (nn.Module,), {"__init__": __init__, "forward": lambda self, s: gate(self.fc2(self.fc1(s).relu()))})
Excitation = make("Excitation", torch.sigmoid)"""}),
    "a base class": Honest(first=["""import torch
from torch import nn
from dataclasses import dataclass
class Base(nn.Module):
    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
    def __repr__(self):
        return f"<{type(self).__name__}>"
@dataclass
class Config:
    channels: int = 64
    gate: type = nn.Sigmoid"""], instead={"Excitation": CODE["Excitation"].replace("(nn.Module)", "(Base)")
                                          .replace("torch.sigmoid", "Config().gate()")}),
    "stars and other names": Honest(imports="from torch import *\nfrom torch.nn import *\nfrom torch.nn.functional import *\n" + IMPORTS,
                                    instead={"squeeze": "gemittelt_über = (2, 3)\ndef squeeze(x):\n    return mean(x, gemittelt_über)"},
                                    lost={"se_parameter_cost": 1}, said="sum(): argument 'input' (position 1) must be Tensor"),
    "a nested function and a global": Honest(
        instead={"squeeze": "calls = 0\nlog: list[int] = []\ndef squeeze(x):\n    global calls\n    calls += 1\n    log.append(calls)\n"
                            "    def mean(t, axis): return t.sum(axis) / t.shape[axis]\n    return mean(mean(x, 3), 2)"}),
    "a method of a class": Honest(instead={"squeeze": "class Ops:\n    @staticmethod\n    def mean(x):\n        return x.mean((2, 3))\n"
                                                      "squeeze = Ops.mean"}),
    "match and walrus": Honest(instead={"squeeze": "def squeeze(x):\n    match x.shape:\n        case (b, c, *hw) if (n := hw[0] * hw[1]):"
                                                   "\n            return x.reshape(b, c, n).mean(-1)"}),
    "decorated": Honest(above={"squeeze": "import functools\ndef logged(f):\n    @functools.wraps(f)\n    def g(*a, **k):\n"
                                          "        print(f.__name__)\n        return f(*a, **k)\n    return g\n@logged"}),
    "a type alias and overloads": Honest(above={"squeeze": "from typing import TypeAlias\nMap: TypeAlias = 'torch.Tensor'"}),
    "hooks": Honest(last=["def hook(module, args, out):\n    print(out.shape)\nblock = SEBlock(32)\nblock.register_forward_hook(hook)\n"
                          "block(torch.randn(1, 32, 4, 4))"]),
    "main guard": Honest(below={"squeeze": "if __name__ == '__main__':\n    print(squeeze(torch.ones(1, 1, 2, 2)))"}),
    # beside the exercises
    "everything that prints": Honest(first=[
        "import warnings\nwarnings.filterwarnings('error')", "%matplotlib inline\n%load_ext autoreload\n%autoreload 2\n!nvidia-smi",
        "from IPython.display import HTML, display\ndisplay(HTML('<b>hello</b>'))", "import logging\nlogging.basicConfig(filename='a.log')",
        "name = input('Your name: ')\nprint(f'Hello {name}')", "files = !ls\n%timeit -n 10 sum(range(9))\n%env CUDA_VISIBLE_DEVICES=0"]),
    "widgets and bars": Honest(last=["import ipywidgets as widgets\nfrom tqdm.notebook import tqdm\nfor i in tqdm(range(3)):\n    pass\n"
                                     "widgets.interact(lambda x: x, x=(0, 9))"], absent=["ipywidgets", "tqdm"]),
    "many figures": Honest(last=["import matplotlib.pyplot as plt\nfor i in range(40):\n    plt.figure()\n    plt.plot([1, 2])\n"
                                 "plt.show()"]),
    "awaited": Honest(first=["import asyncio\ntask = asyncio.create_task(asyncio.sleep(0, 3))", "assert await task == 3\ndone = 1"],
                      below={"squeeze": "assert done"}),
    "a thread": Honest(last=["import threading\nthread = threading.Thread(target=lambda: 1)\nthread.start()\nthread.join()"]),
    # where it was written
    "Colab": Honest(first=["from google.colab import drive\ndrive.mount('/content/drive')\n%cd /content/drive/MyDrive\n"
                           "%pip install -q ../"], file=colab, absent=["google"]),
    "VS Code": Honest(file=without_ids),
    "Kaggle": Honest(first=["# This Python 3 environment comes with many helpful libraries\nimport numpy as np\nimport os\n"
                            "for dirname, _, filenames in os.walk('/kaggle/input'):\n    print(dirname)\nos.listdir('/kaggle/working')"]),
    "JupyterLite": Honest(first=["import piplite\nawait piplite.install('torch')"], absent=["piplite"]),
    "PyCharm": Honest(first=["#%%\nimport os\nos.environ['KMP_DUPLICATE_LIB_OK'] = 'True'"]),
    "all in one cell": Honest(file=in_one_cell),
    "all in one cell, with a mistake in the middle": Honest(above={"Excitation": "print(undefined)"}, file=in_one_cell),
    "another order": Honest(file=upside_down),
    "cells of another type": Honest(file=turned),
    "tabs": Honest(file=with_tabs),
    "Windows lines": Honest(file=with_lines("\r\n")),
    "a byte order mark": Honest(file=lambda content: b"\xef\xbb\xbf" + json.dumps(content).encode()),
    "Latin-1": Honest(last=["# für später"], file=lambda content: json.dumps(content, ensure_ascii=False).encode("cp1252", "replace")),
    "timed": Honest(above={"squeeze": "%%time\nimport einops"}, absent=["einops"]),
}


@pytest.mark.parametrize("name", few(HONEST, 24, lambda name: 0, str))
def test_honest(judge, name, monkeypatch):
    monkeypatch.setattr("autograder.sandbox.sandbox.CPU_SECONDS", 2.0)
    monkeypatch.setattr("autograder.judge.session.AGAIN_SECONDS", 0.2)
    honest = HONEST[name]
    result = judge.grade(honest.notebook())
    assert result.error is None
    reports = [report.text(verdict) for verdict in result.verdicts.values()]
    expected = {exercise: points - honest.lost.get(exercise, 0) for exercise, points in FULL.items()}
    assert {exercise: verdict.points for exercise, verdict in result.verdicts.items()} == expected, "\n".join(reports)
    assert honest.said in "\n".join(reports), "\n".join(reports)
    assert result.missing_modules == list(filter(is_absent, honest.absent))
