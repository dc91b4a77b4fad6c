"""Lines of learners that torch refuses, each with a part of the sentence that is said of it. They are run with every
version of torch that we try: some raise another error there, and the sentence stays."""

from __future__ import annotations

import linecache
import math
import warnings

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab.checking.ask.crash import describe
from attention_lab.checking.facts.torch_errors import meaning

TWO_DTYPES = "Most checks call your code with float64"
SHAPES = {"x": (2, 3, 4, 5), "q": (2, 5, 3)}  # in float64; `f` is float32 and (2, 3)
LINES = {
    "x.max((2, 3))": "`x.amax(dim=(2, 3))`",
    "x.max((2, 3), keepdim=True)": "`x.amax(dim=(2, 3))`",
    "torch.min(x, (2, 3))": "`x.amin(dim=(2, 3))`",
    "x + x.max(2)": "Use `amax`",
    "torch.sigmoid(x.max(1))": "Use `amax`",
    "x.max(2).mean()": "Use `amax`",
    "torch.cat([x, x.min(1, keepdim=True)], 1)": "Use `amin`",
    "x.mean(2, 3)": "`mean` with `dim=(2, 3)`",
    "x.sum(2, 3)": "`sum` with `dim=(2, 3)`",
    "torch.mean(x, 2, 3)": "`mean` with `dim=(2, 3)`",
    "x.mean(2, 3, 4)": "`mean` with `dim=(2, 3)`",
    "x.softmax()": "over which axis",
    "nn.Conv2d(3, 4)": "To make a `Conv2d`, say 'kernel_size' as well",
    "torch.cat(x, q)": "`torch.cat([a, b], dim=1)`",
    "torch.sqrt(4.0)": "`math.sqrt`",
    "math.sqrt(x)": "those of `torch` a tensor",
    "x.masked_fill(x > 0)": "It can't be called with (Tensor)",
    "x.mean((2, 3)).unsqueeze(3)": "last axis is number 2, so there is no axis 3",
    "nn.ReLU(x)(x)": "`nn.ReLU()` makes a layer",
    "nn.Linear(3, 3)(nn.ReLU())": "`nn.ReLU()(x)` calls it",
    "type('Bare', (nn.Module,), {'__init__': lambda self: setattr(self, 'fc', nn.ReLU())})()": "`super().__init__()`",
    "nn.Sigmoid(x)": "`nn.Sigmoid()` makes a layer",
    "torch.relu(None)": "Something there is None: a function that does not return its result",
    "None + x": "Something there is None: a function that does not return its result",
    "later(x)": "Nothing has the name `later` yet",
    "q @ q": "their lengths are 3 and 5. Here A is `q`, and B is `q`.",
    "q[0] @ q[1]": "their lengths are 3 and 5. Here A is `q[0]`, and B is `q[1]`.",
    "x @ x.mean((2, 3), keepdim=True)": "their lengths are 5 and 1.",
    "q[0] @ x[0, 0, 0, :4]": "their lengths are 3 and 4.",
    "nn.Linear(5, 2).double()(q)": "a linear layer multiplies the last axis",
    "f @ q[0].mT": TWO_DTYPES,
    "torch.bmm(q, torch.zeros(2, 3, 5))": TWO_DTYPES,
    "torch.zeros(2, 3).index_copy_(0, torch.tensor([0]), q[0, :1])": TWO_DTYPES,
    "torch.zeros(2, 3).scatter_(0, torch.zeros(2, 3).long(), q[0, :2])": TWO_DTYPES,
    "nn.Linear(3, 2)(q)": TWO_DTYPES,
    "nn.Conv2d(3, 2, 1)(x)": TWO_DTYPES,
    "nn.Conv2d(3, 2, 1).double()(x.float())": TWO_DTYPES,
    "nn.BatchNorm2d(3)(x)": TWO_DTYPES,
    "nn.LayerNorm(5)(x)": TWO_DTYPES,
    "F.scaled_dot_product_attention(q, q.float(), q)": TWO_DTYPES,
    "x * f": "5 meets 3: neither is 1, so neither can be repeated. It is `x` that meets `f`.",
    "x * f * 2": "neither can be repeated. Missing axes",
    "q + q.T": "`.mT` (or `.transpose(-2, -1)`) swaps the last two only",
    "q.t()": "`.mT` (or `.transpose(-2, -1)`) swaps the last two only",
    "x * f.expand_as(x)": "one of length 3 can't become 5",
    "x.expand(3, 4, 5)": "`expand` can't remove axes",
    "x.reshape(2, 7)": "the tensor has 120 numbers, and the shape [2, 7]",
    "x.transpose(1, 2).view(2, -1)": "use `reshape`",
    "x.permute(0, 2, 1)": "the tensor has 4, and 3 are given",
    "nn.Conv2d(4, 2, 1).double()(x)": "made for 4 channels, and there are 3",
    "nn.BatchNorm2d(4).double()(x)": "made for 4 channels, but what it is given has 3",
    "nn.BatchNorm2d(3).double()(q)": "with 4 axes, but the one that it is given has 3",
    "nn.BatchNorm1d(3).double()(q[:1, :1, :].mean(1))": "more than one number for each channel",
    "nn.LayerNorm(3).double()(x)": "should have the lengths [3], but the tensor has the shape [2, 3, 4, 5]",
    "torch.cat([x, q], 1)": "not 4 and 3",
    "torch.cat([x, x[:, :, 1:]], 1)": "joins along axis 1, so the other axes must be equally long, but 4 meets 3",
    "B, C = x.shape": "There are 2 names on the left",
    "torch.zeros(2, requires_grad=True).add_(1)": "compute a new tensor",
    "y = nn.Parameter(x).exp(); z = y.sum(); y += 1; z.backward()": "compute a new tensor instead",
}


def said() -> dict[str, list[str]]:
    """What is said of each line's error; "no error" of a line that runs."""
    torch.manual_seed(0)
    found = {}
    for number, line in enumerate(LINES):
        names = {"__name__": "answer", "torch": torch, "nn": nn, "F": F, "math": math, "f": torch.rand(2, 3),
                 **{name: torch.rand(*shape, dtype=torch.float64) for name, shape in SHAPES.items()}}
        file = f"<line {number}>"
        linecache.cache[file] = (len(line), None, [line], file)  # a crash shows its line
        try:
            with warnings.catch_warnings(action="ignore"):  # of `.T`, in some versions
                exec(compile(line, file, "exec"), names)
            found[line] = ["no error"]
        except Exception as error:
            found[line] = [meaning(describe(error, names, "call"))]
    return found
