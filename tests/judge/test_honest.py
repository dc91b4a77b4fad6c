"""Notebooks as honest people hand them in: what they do beside the exercises costs nothing, and where something is lost the report says
why.

Each is the solved notebook of 01_se with a few edits: a cell put before or behind everything, text put above or below an exercise's own
code, or another answer in its place.
"""

import copy
from dataclasses import dataclass, field

import pytest
from nbformat.v4 import new_code_cell

from attention_lab.checking import report
from autograder.submission.parse import read
from solutions.shared.course import NOTEBOOKS

SOLVED = read(NOTEBOOKS / "01_se/01_se.ipynb")
FULL = {"squeeze": 2, "Excitation": 3, "SEBlock": 4, "se_parameter_cost": 1}
IMPORTS = next(cell.source for cell in SOLVED.cells if cell.source.startswith("import torch"))
CODE = {name: next(cell.source for cell in SOLVED.cells if f" {name}(" in cell.source.split(":")[0]) for name in FULL}


@dataclass
class Honest:
    """first, last: cells around the lesson's. imports: the import cell instead. above, below, instead: an exercise's code, by name.
    lost: the points that it loses, by exercise; said: what their reports say. absent: packages that are reported as missing."""

    first: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    imports: str = IMPORTS
    above: dict[str, str] = field(default_factory=dict)
    below: dict[str, str] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)
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
        return made


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
    "timed": Honest(above={"squeeze": "%%time\nimport einops"}, absent=["einops"]),
}


@pytest.mark.parametrize("name", HONEST)
def test_honest(judge, name, monkeypatch):
    monkeypatch.setattr("autograder.sandbox.sandbox.CPU_SECONDS", 2.0)
    monkeypatch.setattr("autograder.judge.session.AGAIN_SECONDS", 0.2)
    honest = HONEST[name]
    result = judge.grade(honest.notebook(), "01_se")
    assert result.error is None
    reports = [report.text(verdict) for verdict in result.verdicts.values()]
    expected = {exercise: points - honest.lost.get(exercise, 0) for exercise, points in FULL.items()}
    assert {exercise: verdict.points for exercise, verdict in result.verdicts.items()} == expected, "\n".join(reports)
    assert honest.said in "\n".join(reports), "\n".join(reports)
    assert result.missing_modules == honest.absent
