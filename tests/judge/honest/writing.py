"""How people write a class or a function."""

from tests.judge.honest import Honest, code, cut, put

CODE = code()
MEAN = "def squeeze(x):\n    return {}"
FCS = "        self.fc1 = nn.Linear(channels, hidden, bias=False)\n        self.fc2 = nn.Linear(hidden, channels, bias=False)\n"
EXCITATION = """class Excitation({bases}):
    def __init__(self, channels, reduction=16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"{{channels}} // {{reduction}} is 0")
{layers}
    def forward(self, z):
        return {result}
"""


def excitation(layers=FCS, result="torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))", bases="nn.Module"):
    return {"Excitation": EXCITATION.format(layers=layers.rstrip(), result=result, bases=bases)}


def seblock(forward, above="", init="self.excitation = Excitation(channels, reduction)"):
    return {"SEBlock": f"{above}class SEBlock(nn.Module):\n    def __init__(self, channels, reduction=16):\n        super().__init__()\n"
                       f"        {init}\n\n    def forward(self, x):\n        {forward}\n"}


GATED = "return x * self.excitation(squeeze(x))[..., None, None]"
NO_FORWARD = "class SEBlock(nn.Module):\n    def __init__(self, channels, reduction=16):\n        super().__init__()\n" \
             "        self.excitation = Excitation(channels, reduction)\n"
WRITING = {
    # layers
    "lazy layers": Honest(instead=excitation("        self.fc1 = nn.LazyLinear(hidden, bias=False)\n"
                                             "        self.fc2 = nn.LazyLinear(channels, bias=False)")),
    "lazy convolutions": Honest("03_cbam", instead={"SpatialGate": code("03_cbam")["SpatialGate"].replace(
        "nn.Conv2d(2, 1,", "nn.LazyConv2d(1,").replace("nn.BatchNorm2d(1)", "nn.LazyBatchNorm2d()")}),
    "1 x 1 convolutions": Honest(instead=excitation(FCS.replace("Linear(", "Conv2d(").replace(", bias", ", 1, bias"),
                                                    "torch.sigmoid(self.fc2(torch.relu(self.fc1(z[..., None, None]))))[..., 0, 0]")),
    "a Sequential of an OrderedDict": Honest(instead=excitation(
        "        from collections import OrderedDict\n        self.net = nn.Sequential(OrderedDict([('fc1', nn.Linear(channels, hidden, "
        "bias=False)),\n            ('act', nn.ReLU(inplace=True)), ('fc2', nn.Linear(hidden, channels, bias=False)),\n"
        "            ('gate', nn.Sigmoid())]))", "self.net(z)")),
    "a Sequential as the base class": Honest(instead={"Excitation": """class Excitation(nn.Sequential):
    def __init__(self, channels, reduction=16):
        if not channels // reduction:
            raise ValueError(f"{channels} // {reduction} = 0")
        super().__init__(nn.Linear(channels, channels // reduction, bias=False), nn.ReLU(),
                         nn.Linear(channels // reduction, channels, bias=False), nn.Sigmoid())"""}),
    "a ModuleDict": Honest(instead=excitation(
        "        self.layers = nn.ModuleDict({'fc1': nn.Linear(channels, hidden, bias=False)})\n"
        "        self.layers['fc2'] = nn.Linear(hidden, channels, bias=False)",
        "self.layers['fc2'](self.layers['fc1'](z).relu()).sigmoid()")),
    "a ModuleList and a loop": Honest(instead=excitation(
        "        sizes = [channels, hidden, channels]\n        self.layers = nn.ModuleList(nn.Linear(a, b, bias=False) for a, b in "
        "zip(sizes, sizes[1:]))", "torch.sigmoid(self.layers[1](self.layers[0](z).relu_()))")),
    "a ParameterList": Honest(instead=excitation(
        "        self.w = nn.ParameterList([nn.Parameter(torch.empty(hidden, channels)), nn.Parameter(torch.empty(channels, hidden))])\n"
        "        for w in self.w:\n            nn.init.kaiming_uniform_(w, a=5 ** 0.5)",
        "torch.sigmoid(nn.functional.linear(nn.functional.linear(z, self.w[0]).relu(), self.w[1]))")),
    "bare parameters and einsum": Honest(instead=excitation(
        "        self.fc1 = nn.Parameter(torch.randn(hidden, channels) * 0.1)\n"
        "        self.fc2 = nn.Parameter(torch.randn(channels, hidden) * 0.1)",
        "torch.einsum('bh,ch->bc', torch.einsum('bc,hc->bh', z, self.fc1).relu(), self.fc2).sigmoid()")),
    "weights set by nn.init": Honest(instead=excitation(
        FCS + "        self.apply(self._init)\n\n    @torch.no_grad()\n    def _init(self, m):\n        if isinstance(m, nn.Linear):\n"
        "            nn.init.xavier_normal_(m.weight, gain=nn.init.calculate_gain('relu'))\n            torch.manual_seed(7)\n")),
    "layers added by name": Honest(instead=excitation(
        "        for i, (a, b) in enumerate([(channels, hidden), (hidden, channels)], 1):\n"
        "            self.add_module(f'fc{i}', nn.Linear(a, b, bias=False))\n        setattr(self, 'act', nn.ReLU())",
        "self.fc2(self.act(self.fc1(z))).sigmoid()")),
    "its own layer": Honest(first=["import torch\nfrom torch import nn\nclass NoBias(nn.Linear):\n"
                                   "    def __init__(self, *args, **kwargs):\n        super().__init__(*args, bias=False, **kwargs)"],
                            instead=excitation(FCS.replace("nn.Linear", "NoBias").replace(", bias=False", ""))),
    "extras that do nothing": Honest(instead=excitation(
        FCS + "        self.drop = nn.Dropout(0.0)\n        self.skip = nn.Identity()\n        self.flat = nn.Flatten()",
        "self.skip(self.drop(self.fc2(self.fc1(self.flat(z)).relu()))).sigmoid()")),
    # what a module keeps
    "maps kept for a plot": Honest(instead=seblock("self.gates = self.excitation(squeeze(x))\n        self.log.append(self.gates.shape)\n"
                                                   "        return x * self.gates[..., None, None]",
                                                   init="self.excitation, self.log, self.gates = Excitation(channels, reduction), [], None"
                                                   )),
    "numbers for a plot": Honest(instead=seblock(
        "gates = self.excitation(squeeze(x))\n        if not x.is_meta:\n            self.history = gates.detach().cpu().numpy().mean(0)\n"
        "        return x * gates[..., None, None]")),
    "hooks that keep": Honest(instead=seblock(
        GATED, init="self.excitation = Excitation(channels, reduction)\n        self.kept = {}\n"
        "        self.excitation.register_forward_hook(lambda m, i, o: self.kept.update(gates=o.detach()))")),
    "prints and asserts": Honest(instead=seblock(
        "print(f'🎉 {tuple(x.shape)} → {x.dtype!s:>10}', flush=True)\n        assert x.ndim == 4, f\"not {'B, C, H, W'.split(', ')}\"\n"
        "        " + GATED)),
    "steps that are logged": Honest(first=["import logging\nlogger = logging.getLogger(__name__)\nlogging.basicConfig(level=10)"],
                                    instead=seblock("logger.debug('x %s', x.shape)\n        " + GATED)),
    "time that is measured": Honest(above={"SEBlock": "import time\nfrom contextlib import contextmanager\n@contextmanager\ndef timer():\n"
                                           "    t = time.perf_counter()\n    yield\n    print(time.perf_counter() - t)"},
                                    instead=seblock("with timer(), torch.profiler.record_function('se'):\n            " + GATED)),
    "a breakpoint that stayed": Honest(instead=seblock("breakpoint()\n        " + GATED)),
    # how a class is put together
    "a class in two cells": Honest(file=cut("Excitation", "    def forward(self, z: torch.Tensor) -> torch.Tensor:")),
    "a method attached below": Honest(instead={"SEBlock": NO_FORWARD}, file=put(
        "def forward(self, x):\n    return x * self.excitation(squeeze(x))[..., None, None]\nSEBlock.forward = forward", behind="SEBlock")),
    "add_to_class": Honest(first=["def add_to_class(cls):\n    return lambda f: setattr(cls, f.__name__, f)"],
                           instead={"SEBlock": NO_FORWARD},
                           file=put("@add_to_class(SEBlock)\ndef forward(self, x):\n    " + GATED, behind="SEBlock")),
    "a class that goes on as its own subclass": Honest(instead={"SEBlock": NO_FORWARD}, file=put(
        "class SEBlock(SEBlock):\n    def forward(self, x):\n        " + GATED, behind="SEBlock")),
    "two tries, the second is right": Honest(above={"SEBlock": "class SEBlock(nn.Module):\n    def __init__(self, channels):\n"
                                                    "        super().__init__()\n    def forward(self, x):\n        return x\n"}),
    "a first try in the cell above": Honest(file=put("class SEBlock(nn.Module):\n    def forward(self, x):\n        raise RuntimeError\n",
                                                     before="SEBlock")),
    "a base class of its own": Honest(file=put("import abc\nclass Gate(nn.Module, abc.ABC):\n    @abc.abstractmethod\n"
                                               "    def scores(self, z): ...\n    def forward(self, z):\n"
                                               "        return self.scores(z).sigmoid()", before="Excitation"),
                                      instead=excitation(bases="Gate", result="z\n    def scores(self, z):\n        "
                                                         "return self.fc2(self.fc1(z).relu())\n    forward = Gate.forward")),
    "a mixin": Honest(instead={**excitation(), **seblock(GATED, "class Counted:\n    @property\n    def size(self):\n"
                      "        return sum(p.numel() for p in self.parameters())\n\n")},
                      below={"SEBlock": "class SEBlock(Counted, SEBlock):\n    pass\nprint(SEBlock(32).size)"}),
    "an old super": Honest(instead={"Excitation": CODE["Excitation"].replace("super()", "super(Excitation, self)")},
                           last=["Excitation = Excitation(32)"]),
    "a dataclass": Honest(instead={"Excitation": """from dataclasses import dataclass
@dataclass(eq=False)
class Excitation(nn.Module):
    channels: int
    reduction: int = 16
    def __post_init__(self):
        super().__init__()
        if not (hidden := self.channels // self.reduction):
            raise ValueError(f"{self.channels=} // {self.reduction=}")
        self.fc1, self.fc2 = nn.Linear(self.channels, hidden, bias=False), nn.Linear(hidden, self.channels, bias=False)
    def forward(self, z): return self.fc2(self.fc1(z).relu()).sigmoid()"""}),
    "star arguments": Honest(instead={"SEBlock": "class SEBlock(nn.Module):\n    def __init__(self, *args, **kwargs):\n"
                                      "        super().__init__()\n        self.excitation = Excitation(*args, **kwargs)\n"
                                      "    def forward(self, *inputs):\n        x, = inputs\n        " + GATED}),
    "a class inside a class": Honest(instead={"Excitation": excitation(FCS.replace("nn.Linear", "self.Layer"))["Excitation"].replace(
        "    def __init__", "    class Layer(nn.Linear):\n        pass\n    def __init__", 1)}),
    "by what this machine has": Honest(instead={"squeeze": "if torch.cuda.is_available():\n    def squeeze(x):\n"
                                                "        return x.cuda().mean((2, 3))\nelse:\n    def squeeze(x):\n"
                                                "        return x.mean((2, 3))"}),
    "with another way if that fails": Honest(instead={"squeeze": "try:\n    from einops import reduce\n    def squeeze(x):\n"
                                                      "        return reduce(x, 'b c h w -> b c', 'mean')\nexcept ImportError:\n"
                                                      "    def squeeze(x):\n        return x.mean((2, 3))"}),
    # functions
    "a lambda": Honest(instead={"squeeze": "squeeze = lambda x: x.mean(dim=[-2, -1])  # noqa"}),
    "a module as a function": Honest(instead={"squeeze": "squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())"}),
    "an object that can be called": Honest(instead={"squeeze": "class Squeeze:\n    def __call__(self, x):\n        return x.mean((2, 3))\n"
                                                    "squeeze = Squeeze()"}),
    "einsum": Honest(instead={"squeeze": MEAN.format("torch.einsum('bchw->bc', x) / (x.size(2) * x.size(3))")}),
    "another name for functional": Honest(imports="import torch.nn.functional as f\nimport torch as th\nfrom torch import Tensor as T\n"
                                          "import torch.nn.functional as F, torch, torch.nn as nn\n",
                                          instead={"squeeze": "def squeeze(x: T) -> T:\n"
                                                   "    return th.flatten(f.adaptive_avg_pool2d(x, 1), 1)"}),
    "one sample after the other": Honest(instead={"squeeze": MEAN.format("torch.stack([torch.stack([c.mean() for c in image]) "
                                                                         "for image in x])")}),
    "vmap": Honest(instead={"squeeze": MEAN.format("torch.vmap(lambda image: image.flatten(1).mean(1))(x)")}),
    "a script": Honest(instead={"squeeze": "@torch.jit.script\ndef squeeze(x: torch.Tensor) -> torch.Tensor:\n"
                                           "    return x.mean(dim=[2, 3])"}),
    "a generator and a walrus": Honest("02_eca", instead={"eca_kernel_size": """def odd():
    yield from (k for k in range(1, 99) if k % 2)
def eca_kernel_size(channels, gamma=2, b=1):
    if (c := channels) < 1:
        raise ValueError(c)
    t = int(abs((math.log2(c) + b) / gamma))
    return next(k for k in odd() if k >= t)"""}),
    "a cache": Honest("02_eca", above={"eca_kernel_size": "from functools import cache, lru_cache\n@lru_cache(maxsize=None)"}),
    "numpy's integers": Honest("02_eca", instead={"eca_kernel_size": """import numpy as np
def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError(str(channels))
    t = np.abs((np.log2(channels) + b) / gamma).astype(int)
    return t if t % 2 else t + 1"""}),
    "numpy's floats": Honest(instead={"se_parameter_cost": "import numpy as np\ndef se_parameter_cost(stage_channels, stage_blocks, "
                                      "reduction=16):\n    return 2 / reduction * np.dot(np.square(stage_channels), stage_blocks)"}),
    "an item of a tensor": Honest(instead={"se_parameter_cost": "def se_parameter_cost(stage_channels, stage_blocks, reduction=16):\n"
                                           "    c, n = map(torch.tensor, (stage_channels, stage_blocks))\n"
                                           "    return (n * c ** 2).sum().item() * 2 / reduction"}),
    "a fraction": Honest(instead={"se_parameter_cost": "from fractions import Fraction\ndef se_parameter_cost(c, n, reduction=16):\n"
                                  "    return Fraction(2, reduction) * sum(b * a * a for a, b in zip(c, n))"}),
    "a recursion": Honest(instead={"se_parameter_cost": "def se_parameter_cost(c, n, reduction=16):\n    match c, n:\n"
                                   "        case [], []: return 0\n        case [a, *c], [b, *n]:\n"
                                   "            return 2 / reduction * a ** 2 * b + se_parameter_cost(c, n, reduction)"}),
    "a bar in a loop": Honest("02_eca", first=["from tqdm.auto import tqdm, trange"], instead={
        "band_matrix": code("02_eca")["band_matrix"].replace("for i in range(channels)", "for i in tqdm(range(channels), desc='rows')")
        .replace("for j in range", "for j in trange").replace("trange(channels)", "trange(channels, leave=False)")}),
    "annotations of the future": Honest(first=["from __future__ import annotations"], instead={
        "squeeze": "def squeeze(x: Bild[C, H, W]) -> Mittel:\n    return x.mean((2, 3))"}),
    "types with all their arguments": Honest(first=[
        "from typing import *\nfrom collections.abc import Callable as Fn\nT = TypeVar('T', bound='torch.Tensor')\n"
        "class Shape(NamedTuple):\n    b: int\n    c: int\nclass Pool(Protocol):\n    def __call__(self, x: 'torch.Tensor') -> Any: ..."],
        instead={"squeeze": "def squeeze(x: T, /) -> T:\n    shape: Final = Shape(*x.shape[:2])\n"
                            "    return cast('torch.Tensor', x.mean((2, 3)).reshape(shape))"}),
    "Greek letters": Honest(instead={**excitation(FCS.replace("fc1", "ω1").replace("fc2", "ω2"), "σ(self.ω2(self.ω1(z).relu()))")},
                            above={"Excitation": "σ, π = torch.sigmoid, torch.pi"}),
    "left below a return": Honest(instead={"squeeze": CODE["squeeze"].replace("### END SOLUTION", "### END SOLUTION\n"
                                                                              "    raise NotImplementedError('write me')")}),
    "a very long comment": Honest(above={"squeeze": "# " + "Kommentar, der nicht aufhört " * 3000}),
    "code of a string": Honest(above={"squeeze": '"""\nmy first try:\n\ndef squeeze(x):\n    return x.max()\n"""'}),
    # gradients
    "an own autograd function": Honest(instead={"squeeze": """class Mean(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.size = x.shape
        return x.mean((2, 3))
    @staticmethod
    def backward(ctx, g):
        b, c, h, w = ctx.size
        return (g[..., None, None] / (h * w)).expand(b, c, h, w)
squeeze = Mean.apply"""}),
    "a checkpoint": Honest(above={"SEBlock": "from torch.utils.checkpoint import checkpoint"}, instead=seblock(
        "return x * checkpoint(lambda x: self.excitation(squeeze(x)), x, use_reentrant=False)[..., None, None]")),
    "its own evaluation": Honest(last=["@torch.no_grad()\ndef evaluate(model):\n    return model.eval()(torch.randn(2, 32, 4, 4))\n"
                                       "evaluate(SEBlock(32))\ntorch.inference_mode()(evaluate)(SEBlock(32))"]),
}
