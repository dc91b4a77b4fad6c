"""A module on another device than the CPU: what does not follow it there.

On a GPU, values are compared as on the CPU. Where there is none, torch's device `meta` stands in: its tensors have shapes and no
numbers. It lets operations mix its tensors with the CPU's in silence, so that `Mixed` looks at each of them; and what needs numbers
cannot run there, which says nothing about an answer (`needs_numbers`).
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from . import protocol
from .lines import current_line

aten = torch.ops.aten
INDEXING = {aten.index, aten.index_put, aten.index_put_, aten._index_put_impl_, aten._unsafe_index, aten._unsafe_index_put}

# What torch raises where a tensor on `meta` is asked for its numbers: item(), int(t), `if t.any()`, tolist(), f"{t:.3f}", a boolean
# mask, nonzero() and whatever else has no result of a known shape. Not numpy(), which a GPU refuses too.
NEEDS_NUMBERS = (
    ("RuntimeError", "Tensor.item() cannot be called on meta tensors"),
    ("RuntimeError", "cannot repeat_interleave a meta tensor without output_size"),
    ("NotImplementedError", "Cannot copy out of meta tensor; no data!"),
    ("NotImplementedError", "attempted to run this operator with Meta tensors"),
    ("NotImplementedError", "The register_meta function for torch.nonzero()"),
    ("TypeError", "unsupported format string passed to Tensor.__format__"),
)


class Mixed(TorchDispatchMode):
    """Remembers the first operation in which a tensor on `device` meets one that stayed on the CPU, as a real device refuses it.

    Real devices accept numbers (tensors without axes) and indices from the CPU. An in-place operation leaves its result where its
    first tensor is, so that a number on the CPU does not take part in one either.
    namespace: the learner's global names, by which their own line is found.
    """

    def __init__(self, device: torch.device, namespace: dict[str, Any]):
        super().__init__()
        self.kind, self.namespace = device.type, namespace
        self.first: protocol.Mixed | None = None
        self.invented = False  # were zeros given for a tensor that was brought to the CPU?

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if self.first is None and (stayed := self._stayed(function, args, kwargs)):
            self.first = protocol.Mixed(str(function.overloadpacket), [list(t.shape) for t in stayed], current_line(self.namespace))
        if self.kind == "meta" and self._brought_back(function, args, kwargs):
            self.invented = True
            return torch.zeros(args[0].shape, dtype=kwargs.get("dtype") or args[0].dtype)
        return function(*args, **kwargs)

    def _brought_back(self, function: Any, args: tuple, kwargs: dict) -> bool:
        """Is this `x.cpu()`? On `meta` it fails; zeros let the answer go on, and show what becomes of what stays on the CPU."""
        return (function.overloadpacket == aten._to_copy and args[0].device.type == "meta"
                and torch.device(kwargs.get("device") or "meta").type == "cpu")

    def _stayed(self, function: Any, args: tuple, kwargs: dict) -> list[Tensor]:
        first = args[0] if args else None
        followed = isinstance(first, Tensor) and first.device.type == self.kind
        if followed and function.overloadpacket == aten.copy_:
            return []
        if followed and function.overloadpacket in INDEXING:
            args = (first, *args[2:])
        given = [t for item in (*args, *kwargs.values()) for t in (item if isinstance(item, (list, tuple)) else (item,))
                 if isinstance(t, Tensor)]
        if not any(t.device.type == self.kind for t in given):
            return []
        alias = function._schema.arguments[0].alias_info if function._schema.arguments else None
        return [t for t in given if t.device.type == "cpu" and (t.ndim or alias and alias.is_write and t is first)]


def without_numbers(error: BaseException, mixed: Mixed) -> BaseException:
    """The error, or the one that torch would have raised before, where zeros were given that led to it."""
    return NotImplementedError("Cannot copy out of meta tensor; no data!") if mixed.invented else error


def needs_numbers(raised: protocol.Raised) -> bool:
    """Was this raised (attention_lab.crash) because a tensor on `meta` has no numbers?"""
    return any(raised.type == kind and words in raised.message for kind, words in NEEDS_NUMBERS)


def move(module: nn.Module, device: torch.device) -> None:
    """`module.to(device)`. Parameters stay the objects that they are, on `meta` too, so that a list of them or a tied one follows."""
    before = torch.__future__.get_swap_module_params_on_conversion()
    torch.__future__.set_swap_module_params_on_conversion(device.type == "meta")
    try:
        with contextlib.suppress(RuntimeError):  # a scripted module's parameters cannot stay the same objects
            module.to(device)
    finally:
        torch.__future__.set_swap_module_params_on_conversion(before)
    module.to(device)


def prepared(device: torch.device) -> contextlib.AbstractContextManager[None]:
    """Torch as it should be while something runs on `device`."""
    return {"cuda": _exact, "meta": _without_compiler}.get(device.type, contextlib.nullcontext)()


class _Compiler(types.ModuleType):
    """Stands for torch._dynamo until more of it is used than `disable`."""

    def disable(self, function: Callable | None = None, *_args: Any, **_kwargs: Any) -> Callable:
        return function or (lambda later: later)

    def __getattr__(self, name: str) -> Any:
        sys.modules.pop(self.__name__, None)
        return getattr(importlib.import_module(self.__name__), name)


@contextlib.contextmanager
def _without_compiler() -> Iterator[None]:
    """Many operations on `meta` import torch._dynamo, only to tell it to leave them alone: a second, in each process."""
    name = "torch._dynamo"
    if name in sys.modules:
        yield
        return
    sys.modules[name] = _Compiler(name)
    try:
        yield
    finally:
        if isinstance(sys.modules.get(name), _Compiler):
            del sys.modules[name]


@contextlib.contextmanager
def _exact() -> Iterator[None]:
    """On a GPU: no TF32, and of several algorithms the one that gives the same result each time."""
    matmul = torch.backends.cuda.matmul
    before = matmul.allow_tf32, torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False):
        matmul.allow_tf32 = False
        torch.use_deterministic_algorithms(True, warn_only=True)
        try:
            yield
        finally:
            matmul.allow_tf32 = before[0]
            torch.use_deterministic_algorithms(before[1], warn_only=before[2])


def described(tensor: Tensor) -> protocol.Located:
    """Where a tensor is, with what it is."""
    return protocol.Located(str(tensor.device), list(tensor.shape), str(tensor.dtype).removeprefix("torch."))


def is_on(found: str, asked: str) -> bool:
    """Is a tensor on `found` where it was asked to be? `cuda` is any GPU, `cuda:1` that one alone."""
    return found == asked or found.partition(":")[0] == asked
