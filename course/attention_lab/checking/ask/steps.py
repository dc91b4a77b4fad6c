"""Writes down the calls of torch in a learner's code, and has one of them made in another way.

If an answer is right as soon as one call is made otherwise, that call is the mistake (see `explainers.steps`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from ..form.protocol import Rewrite, Step, TraceEntry
from .lines import written

MOST = 32  # calls that are written down
LONGEST = 4_000  # calls of code in which one is made otherwise: a loop may then never end
REDUCTIONS: dict[str, Callable[..., Tensor]] = {"mean": torch.mean, "sum": torch.sum, "amax": torch.amax,
                                                "amin": torch.amin, "max": torch.amax}
ACTIVATIONS: dict[str, Callable[..., Tensor]] = {
    "relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "gelu": F.gelu, "silu": F.silu,
    "hardsigmoid": F.hardsigmoid, "hardswish": F.hardswish, "relu6": F.relu6, "exp": torch.exp}
ARITHMETIC: dict[str, Callable[..., Tensor]] = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div}
COMPARISONS: dict[str, Callable[..., Tensor]] = {"gt": torch.gt, "ge": torch.ge, "lt": torch.lt, "le": torch.le,
                                                 "eq": torch.eq, "ne": torch.ne}
POOLS: dict[str, Callable[..., Tensor]] = {
    "adaptive_avg_pool2d": F.adaptive_avg_pool2d, "adaptive_max_pool2d": F.adaptive_max_pool2d,
    "avg_pool2d": F.avg_pool2d, "max_pool2d": F.max_pool2d}
PARTS = ("chunk", "split", "unbind")
# The argument that says along which axis a function works, and its place.
AXIS: dict[str, tuple[str, int]] = {
    **dict.fromkeys((*REDUCTIONS, "softmax", "cumsum", "cat", "stack", "squeeze", "unsqueeze", "unbind"), ("dim", 1)),
    "chunk": ("dim", 2), "split": ("dim", 2), "normalize": ("dim", 2), "roll": ("dims", 2)}
NEW = ("unsqueeze", "stack")  # the axis is one of the result
PAIR, ORDER, SIZES = "transpose", "permute", "reshape"
SAME = {"concat": "cat", "concatenate": "cat", "swapaxes": PAIR, "view": SIZES, "multiply": "mul", "divide": "div",
        "true_divide": "div", "truediv": "div", "subtract": "sub", "bmm": "matmul", "mm": "matmul",
        "greater": "gt", "less": "lt", "not_equal": "ne"}
# The place of an argument that layers and functions often have otherwise. None: it is always given by its name.
SETTINGS: dict[str, dict[str, int | None]] = {
    **{f"conv{n}d": {"stride": 3, "padding": 4, "dilation": 5} for n in (1, 2)},
    "interpolate": {"mode": 3, "align_corners": 4}, "normalize": {"eps": 3}, "layer_norm": {"eps": 4},
    "group_norm": {"eps": 4}, "batch_norm": {"eps": 7, "momentum": 6}, "var": {"correction": None},
    "std": {"correction": None}}
LAYERS = ("linear", "conv1d", "conv2d", "batch_norm", "layer_norm")
NOTED = {*AXIS, *LAYERS, *ACTIVATIONS, *ARITHMETIC, *COMPARISONS, *POOLS, *SETTINGS, PAIR, ORDER, SIZES, "matmul",
         "where", "masked_fill"}


class Steps(TorchFunctionMode):
    """found: the first calls, each place in the code once.

    namespace, file: the learner's global names, and what the code of the exercise's cell is called.
    rewrite: what is made otherwise, or None. trace: the sub-modules that have been called.
    """

    def __init__(self, namespace: dict[str, Any], file: str | None, rewrite: Rewrite | None,
                 trace: list[TraceEntry]):
        super().__init__()
        self.namespace, self.file, self.rewrite, self.trace = namespace, file, rewrite, trace
        self.found: dict[str, Step] = {}
        self.calls = 0
        self._modules: dict[int, int] = {}  # torch's modules that the code calls, in the order of their first calls

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        self.calls += 1
        if self.rewrite and self.calls > LONGEST:
            raise RecursionError(f"the code made more than {LONGEST} calls of torch")
        name = getattr(function, "__name__", "").strip("_")
        swapped = name in ("rsub", "rdiv", "rtruediv")
        name = name.removeprefix("r") if swapped else name
        name = SAME.get(name, name)
        if name not in NOTED or not (site := self._site()):
            return function(*args, **kwargs)
        place, code = site
        if self.rewrite and self.rewrite.site == f"{name} {place}":
            return _made(self.rewrite, name, function, args[::-1] if swapped else args, kwargs)
        if not self.rewrite and len(self.found) < MOST and f"{name} {place}" not in self.found:
            self.found[f"{name} {place}"] = self._step(f"{name} {place}", name, args, kwargs, code)
        return function(*args, **kwargs)

    def _site(self) -> tuple[str, str] | None:
        """Returns the place in the learner's cell that makes the call, itself or through one of torch's modules, and
        the code that is written there."""
        frame, module = sys._getframe(2), None
        while frame and (frame.f_code.co_name == "__torch_function__"  # of another mode
                         or str(frame.f_globals.get("__name__")).partition(".")[0] == "torch"):
            inner = frame.f_locals.get("self")
            module = inner if module is None and isinstance(inner, torch.nn.Module) else module
            frame = frame.f_back  # type: ignore[assignment]
        if not frame or frame.f_globals is not self.namespace or frame.f_code.co_filename != self.file:
            return None
        number = "" if module is None else self._modules.setdefault(id(module), len(self._modules))
        return f"{frame.f_code.co_firstlineno} {frame.f_lasti} {number}", written(frame)

    def _step(self, site: str, name: str, args: tuple, kwargs: dict[str, Any], code: str) -> Step:
        of = args[0] if args else kwargs.get("input", kwargs.get("tensors"))
        first = of[0] if isinstance(of, list | tuple) and of else of
        axes, ndim = _axes(name, args, kwargs), first.ndim if isinstance(first, Tensor) else 0
        at = ndim + (name in NEW)
        plain = at and all(type(axis) is int and -at <= axis < at for axis in axes)  # not a tensor, for example
        axes = [axis % at for axis in axes] if plain else []
        return Step(site, name, code, ndim, axes, len(self.trace))


def _axes(name: str, args: tuple, kwargs: dict[str, Any]) -> list[int]:
    if name in (PAIR, ORDER, SIZES):
        sizes = args[1] if len(args) == 2 and isinstance(args[1], list | tuple) else args[1:]
        return list(range(len(sizes))) if name == SIZES else [*sizes]
    if name not in AXIS:
        return []
    key, place = AXIS[name]
    given = kwargs.get(key, kwargs.get("axis", args[place] if len(args) > place else None))
    if given is None:
        return [0] if name in (*PARTS, "cat", "stack") else [1] if name == "normalize" else []
    return [*given] if isinstance(given, list | tuple) else [given] if type(given) is int else []


def _made(rewrite: Rewrite, name: str, function: Callable, args: tuple, kwargs: dict[str, Any]) -> Any:
    """Makes a call otherwise."""
    axes = rewrite.axes
    x: Any = args[0] if args else kwargs.get("input")
    match rewrite.how:
        case "axes" if name in (PAIR, ORDER):
            return function(x, *axes)
        case "axes":
            return _with(function, *AXIS[name], tuple(axes) if len(axes) > 1 else axes[0], args, kwargs)
        case "instead" if name in REDUCTIONS:
            key, place = AXIS[name]
            along = kwargs.get(key, kwargs.get("axis", args[place] if len(args) > place else tuple(range(x.ndim))))
            keep = kwargs.get("keepdim", args[place + 1] if len(args) > place + 1 else False)
            made = REDUCTIONS[rewrite.name](x, along, keep)
            return torch.return_types.max((made, made.long())) if name == "max" else made
        case "instead" if name in ARITHMETIC or name in COMPARISONS:
            return {**ARITHMETIC, **COMPARISONS}[rewrite.name](*args[:2])
        case "instead" if name in POOLS:
            return POOLS[rewrite.name](*args, **{key: value for key, value in kwargs.items()
                                                 if key in ("kernel_size", "stride", "padding", "output_size")})
        case "instead":
            return ACTIVATIONS[rewrite.name](x)
        case "left out":
            return args[axes[0] if axes else 0]
        case "keepdim":
            return function(*args[:2], **{**kwargs, "keepdim": True})
        case "order" if name == "cat":
            return function([*x][::-1], *args[1:], **kwargs)
        case "order" if name == "where":
            return function(x, args[2], args[1])
        case "order" if name in PARTS:
            parts = function(*args, **kwargs)
            return [parts[i] for i in axes]
        case "order":
            return function(*args[1::-1], *args[2:], **kwargs)
        case "transposed":
            return function(*(t.mT if k == axes[0] else t for k, t in enumerate(args[:2])))
        case "opposite" if name == "masked_fill":
            return function(x, ~args[1], *args[2:], **kwargs)
        case "opposite":
            turned = [-s for s in args[1]] if isinstance(args[1], list | tuple) else -args[1]
            return function(x, turned, *args[2:], **kwargs)
        case "setting":
            return _with(function, rewrite.name, SETTINGS[name][rewrite.name], rewrite.value, args, kwargs)
        case "times":
            return function(x * rewrite.factor, *args[1:], **kwargs)
        case "then" if rewrite.name == "softmax":
            return function(*args, **kwargs).softmax(axes[0])
        case "then":
            return ACTIVATIONS[rewrite.name](function(*args, **kwargs))
        case "before":
            return x.transpose(*axes).reshape(*args[1:])
        case "after":
            sizes = list(args[1] if isinstance(args[1], list | tuple) else args[1:])
            sizes[axes[0]], sizes[axes[1]] = sizes[axes[1]], sizes[axes[0]]
            return x.reshape(sizes).transpose(*axes)
    raise ValueError(f"no call is made {rewrite.how!r}")


def _with(function: Callable, name: str, place: int | None, value: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """Calls a function with another value of an argument, which may be given by its place or by its name."""
    if place is not None and place < len(args):
        return function(*args[:place], value, *args[place + 1:], **kwargs)
    return function(*args, **{key: v for key, v in kwargs.items() if key != "axis"} | {name: value})
