"""What beside the exercises runs, and what it does to their names, to torch's settings and to Python's."""

from tests.judge.honest import IMPORTS, Honest, code

CODE = code()
SLOW = "model = SEBlock(64)\nfor epoch in range(10**9):\n    model(torch.randn(2, 64, 8, 8))"
HELPED = {"squeeze": "def pool(x):\n    return x.mean((2, 3))\ndef squeeze(x):\n    return pool(x)"}
NAMES = {
    # names that are used again
    "the name of a result": Honest(last=["squeeze = squeeze(torch.randn(2, 3, 4, 4))\nSEBlock = SEBlock(8)\nprint(squeeze.shape)"]),
    "the name in its own cell": Honest(below={"squeeze": "squeeze = squeeze(torch.randn(2, 3, 4, 4))"}),
    "deleted": Honest(last=["del squeeze, Excitation"]),
    "in a loop": Honest(last=["for squeeze in range(3):\n    pass"]),
    "written anew": Honest(last=["def squeeze(x):\n    return torch.flatten(x, 2).mean(-1)"]),
    "a partial": Honest(instead={"squeeze": "import functools\ndef squeeze(x, dim):\n    return x.mean(dim)\n"
                                            "squeeze = functools.partial(squeeze, dim=(2, 3))"}),
    "another helper of that name": Honest(instead=HELPED, above={"SEBlock": "def pool(x, size):\n    return x[:, :, :size]"}),
    "another constant of that name": Honest(instead={"squeeze": "AXES = (2, 3)\ndef squeeze(x):\n    return x.mean(AXES)"},
                                            last=["AXES = 'xyz'"]),
    "a helper that is deleted": Honest(instead=HELPED, below={"squeeze": "squeeze(torch.ones(1, 2, 3, 3))"}, last=["del pool"]),
    "a helper that is mended below": Honest(instead={"squeeze": HELPED["squeeze"].replace("(2, 3)", "(1, 2)")},
                                            last=["def pool(x):\n    return x.mean((2, 3))"]),
    "Python's names": Honest(first=["input = 3\nid = 'ada'\ntype = 'se'\nnext = None"],
                             last=["sum = 0\nfor x in range(3):\n    sum += x\nlist = [1]\nmax = max([3, 4])\nzip = 'a.zip'"]),
    "torch's names": Honest(last=["F = 3\nnn = 'a network'\ntorch.nn.tmp = 1"]),
    "a star at the end": Honest(last=["from torch import *\nfrom math import *"]),
    "stars and other names": Honest(imports="from torch import *\nfrom torch.nn import *\nfrom torch.nn.functional import *\n" + IMPORTS,
                                    instead={"squeeze": "gemittelt_über = (2, 3)\ndef squeeze(x):\n    return mean(x, gemittelt_über)"},
                                    lost={"se_parameter_cost": 1}, said="sum(): argument 'input' (position 1) must be Tensor",
                                    rule="`from torch import *` replaces Python's own"),
    # what runs on beside the exercise
    "trained in its own cell": Honest(below={"SEBlock": SLOW}),
    "trained above it": Honest(above={"se_parameter_cost": SLOW}),
    "slept": Honest(below={"squeeze": "import time\ntime.sleep(0.5)"}),
    "a file that is not there": Honest(above={"squeeze": "data = open('data.csv').read()"}, below={"squeeze": "print(data[:3])"}),
    "a GPU that is not there": Honest(above={"SEBlock": "x = torch.randn(2, 3).cuda()"}, below={"SEBlock": "SEBlock(64).cuda()"}),
    "left before the end": Honest(above={"squeeze": "import sys\nif not torch.cuda.is_available():\n    sys.exit('no GPU')"},
                                  last=["exit()"]),
    "own asserts": Honest(below={"squeeze": "assert squeeze(torch.ones(1, 2, 3, 3)).sum() == 3"}, last=["assert False, 'todo'"]),
    "own tests": Honest(last=["import unittest\nclass Tests(unittest.TestCase):\n    def test_squeeze(self):\n"
                              "        self.assertEqual(squeeze(torch.ones(1, 2, 3, 3)).shape, (1, 2))\n"
                              "unittest.main(argv=[''], exit=False, verbosity=2)"]),
    "checked again and again": Honest(below={name: f"for _ in range(3):\n    points = check({name})\nassert points == 10, points"
                                             for name in CODE}, last=["sum(map(check, [squeeze, Excitation, SEBlock]))"]),
    "errors that stayed": Honest(first=["1 / 0", "print(undefined)", "def half(:\n    pass", "raise KeyboardInterrupt"],
                                 last=["squeeze(3)", "SEBlock()(torch.ones(1))", "class Later(nn.Module):\n    def forward(self"]),
    "too much memory": Honest(first=["import torch\nbig = torch.zeros(10**10)"], last=["numbers = list(range(10**10))"]),
    "a deep recursion": Honest(first=["import sys\nsys.setrecursionlimit(10**6)\ndef deep(n):\n    return deep(n + 1)\ndeep(0)"]),
    "an own loader": Honest(last=["from torch.utils.data import DataLoader, TensorDataset\n"
                                  "data = TensorDataset(torch.randn(8, 32, 4, 4), torch.zeros(8))\n"
                                  "for x, y in DataLoader(data, batch_size=4, num_workers=2):\n    SEBlock(32)(x)"]),
    "an own training": Honest(below={"SEBlock": "net = nn.Sequential(SEBlock(32), nn.Flatten(), nn.LazyLinear(2))\n"
                                     "net(torch.randn(1, 32, 4, 4))\noptimizer = torch.optim.Adam(net.parameters())\n"
                                     "for step in range(3):\n    optimizer.zero_grad()\n    loss = net(torch.randn(2, 32, 4, 4)).sum()\n"
                                     "    loss.backward()\n    optimizer.step()\n    print(f\"{step}: {loss.item():.3f} {'✓' * step}\")"}),
    "hooks": Honest(last=["def hook(module, args, out):\n    print(out.shape)\nblock = SEBlock(32)\nblock.register_forward_hook(hook)\n"
                          "block(torch.randn(1, 32, 4, 4))"]),
    "hooks on every module": Honest(last=["shapes = []\nnn.modules.module.register_module_forward_hook(lambda m, i, o: "
                                          "shapes.append(o.shape))\nSEBlock(32)(torch.randn(1, 32, 4, 4))"]),
    "main guard": Honest(below={"squeeze": "if __name__ == '__main__':\n    print(squeeze(torch.ones(1, 1, 2, 2)))"}),
    "many figures": Honest(last=["import matplotlib.pyplot as plt\nfor i in range(40):\n    plt.figure()\n    plt.plot([1, 2])\n"
                                 "plt.show()"]),
    "a thread": Honest(last=["import threading\nthread = threading.Thread(target=lambda: 1)\nthread.start()\nthread.join()"]),
    "a pool": Honest(last=["from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor\n"
                           "with ThreadPoolExecutor(4) as pool:\n    list(pool.map(squeeze, [torch.ones(1, 2, 3, 3)] * 4))\n"
                           "with ProcessPoolExecutor(2) as pool:\n    list(pool.map(abs, [1, 2]))"]),
    "awaited": Honest(first=["import asyncio\ntask = asyncio.create_task(asyncio.sleep(0, 3))", "assert await task == 3\ndone = 1"],
                      below={"squeeze": "assert done"}),
    # torch's settings
    "compiled": Honest(above={"squeeze": "@torch.compile", "SEBlock": "@torch.compile(mode='reduce-overhead')"},
                       below={"Excitation": "Excitation(32).compile()"}),
    "compiled later": Honest(last=["squeeze = torch.compile(squeeze, fullgraph=True)\nmodel = torch.compile(SEBlock(32))\n"
                                   "model(torch.randn(1, 32, 4, 4))"]),
    "float64 by default": Honest(first=["import torch\ntorch.set_default_dtype(torch.float64)"]),
    "float64 that is insisted on": Honest(
        first=["import torch\ntorch.set_default_dtype(torch.float64)"], lost={"Excitation": 0.25}, said="every check passed except `dtype`",
        instead={"Excitation": CODE["Excitation"].replace("bias=False)", "bias=False, dtype=torch.float64)")},
        rule="must have the input's dtype"),
    "float64 of what is made on the way": Honest(
        first=["import torch\ntorch.set_default_dtype(torch.float64)"],
        instead={"squeeze": "def squeeze(x):\n    return torch.zeros(x.shape[:2], device=x.device) + x.mean((2, 3))"}),
    "deterministic": Honest(first=["import torch\ntorch.use_deterministic_algorithms(True)\ntorch.manual_seed(3)\n"
                                   "torch.set_num_threads(4)\ntorch.set_grad_enabled(False)\ntorch.set_printoptions(precision=2)"]),
    "seeds of everything": Honest(first=["import os, random\nimport numpy as np\nimport torch\ndef seed_everything(seed=42):\n"
                                         "    random.seed(seed)\n    np.random.seed(seed)\n    os.environ['PYTHONHASHSEED'] = str(seed)\n"
                                         "    torch.manual_seed(seed)\n    torch.cuda.manual_seed_all(seed)\n"
                                         "    torch.backends.cudnn.deterministic = True\nseed_everything()"]),
    "anomalies and precision": Honest(first=["import torch\ntorch.autograd.set_detect_anomaly(True)\n"
                                             "torch.set_float32_matmul_precision('high')\ntorch.backends.cudnn.benchmark = True"]),
    "a device": Honest(first=["import torch\ndevice = 'cuda' if torch.cuda.is_available() else 'cpu'\ntorch.set_default_device(device)"]),
    **{f"the default device {device}": Honest(first=[f"import torch\ntorch.set_default_device('{device}')\nSCALE = torch.ones(1)"],
                                              instead={"squeeze": "def squeeze(x):\n    return x.mean((2, 3)) * SCALE.to(x)"})
       for device in ("cuda", "cuda:0", "mps", "meta")},
    "a default device below the exercises": Honest(last=["torch.set_default_device('cuda')", "x = torch.ones(3)"]),
    "a device that was entered": Honest(first=["import torch\ncontext = torch.device('cuda')\ncontext.__enter__()"]),
    "a cell on the GPU": Honest(first=["import torch\nwith torch.device('cuda'):\n    x = torch.zeros(3)"]),
    "everything switched on": Honest(last=["import sys, warnings, numpy\ntorch.autocast('cpu').__enter__()\n"
                                           "kept = torch.inference_mode()\nkept.__enter__()\nnumpy.seterr(all='raise')\nwarnings.simplefilter('error')\n"
                                           "torch.set_printoptions(profile='full')\nsys.setrecursionlimit(200)"]),
    "a module that is sent to the device": Honest(first=["import torch\ndevice = torch.device('cuda:0' if torch.cuda.is_available() else "
                                                         "'cpu')"],
                                                  instead={"Excitation": CODE["Excitation"].replace("bias=False)",
                                                                                                                    "bias=False).to(device)")},
                                                  below={"SEBlock": "net = SEBlock(32).to(device)\nnet(torch.randn(1, 32, 4, 4, "
                                                                    "device=device))"}),
    "an input that is sent to the device": Honest(
        first=["import torch\ndevice = torch.device('cuda:0' if torch.cuda.is_available() else 'cpu')"],
        instead={"squeeze": "def squeeze(x):\n    x = x.to(device)\n    return x.mean((2, 3))"}, lost={"squeeze": 0.2}, said="device",
        rule="must stay on the input's device"),
    # Python's settings
    "every warning": Honest(first=["import warnings\nwarnings.filterwarnings('ignore')\nwarnings.simplefilter('always')"],
                            instead={"squeeze": "def squeeze(x):\n    import warnings\n    warnings.warn('mean of a map', UserWarning)\n"
                                                "    return x.mean((2, 3))"}),
    "its own print": Honest(first=["import functools, sys\nprint = functools.partial(print, file=sys.stderr, flush=True)"],
                            instead={"squeeze": "def squeeze(x):\n    print('x', x.shape)\n    return x.mean((2, 3))"}),
    "output into a file": Honest(first=["import sys\nsys.stdout = open('log.txt', 'w')\nprint('é🎉')"],
                                 instead={"squeeze": "def squeeze(x):\n    print('x', x.shape)\n    return x.mean((2, 3))"}),
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
}
