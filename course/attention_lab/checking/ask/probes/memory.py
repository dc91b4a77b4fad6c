"""Checks memory: the largest tensor that is made on the way, and by how much the process grows at its peak."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from ...facts import facts
from ...form.protocol import Cause, Largest, Observation
from ..dispatch import Dispatch
from ..lines import current_line

if TYPE_CHECKING:
    from ...known.recorded import RecordedCase

# the operations that `@` and einsum call in the end
PRODUCTS = {torch.ops.aten.mm, torch.ops.aten.bmm, torch.ops.aten.addmm, torch.ops.aten.baddbmm}
CUTS = {torch.split, torch.chunk, Tensor.split, Tensor.chunk}


class _Calls(TorchFunctionMode):
    """Notes which of torch's functions is running, as Python calls it, and whether a tensor was cut along the batch by
    mistake."""

    def __init__(self) -> None:
        super().__init__()
        self.running: tuple[Callable, tuple, dict] | None = None
        self.uncut = False

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs, outer = kwargs or {}, self.running
        self.running = function, args, kwargs
        try:
            result = function(*args, **kwargs)
        finally:
            self.running = outer
        if function in CUTS and len(result) == 1 == len(args[0]) and result[0].ndim > 1 and args[1:2] != (1,):
            self.uncut |= kwargs.get("dim", args[2] if len(args) > 2 else 0) == 0
        return result


class LargestTensor(Dispatch):
    """Remembers the largest storage that an operation of the forward or backward pass returned, in elements.

    A right answer may keep something small from each block. If blocks are small, there are many of them, and together
    these tensors are large. The matrix product of a single block stays small, so with `products` only matrix products
    count.

    namespace: the learner's global names, by which their own line is found.
    products: True looks only at products of matrices.
    """

    def __init__(self, namespace: dict[str, Any] | None = None, products: bool = False) -> None:
        super().__init__()
        self.namespace, self.products, self.calls = namespace, products, _Calls()
        self.found = Largest(0, "", [], None, [])

    def __enter__(self) -> LargestTensor:
        self.calls.__enter__()
        return super().__enter__()

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self.calls.__exit__(*error)

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        if self.products and function.overloadpacket not in PRODUCTS:
            return result
        for item in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(item, Tensor):
                elements = item.untyped_storage().nbytes() // item.element_size()
                if elements > self.found.elements:
                    called = self.calls.running
                    operation = called[0].__name__.strip("_") if called else str(function)
                    self.found = Largest(elements, operation, list(item.shape), current_line(self.namespace),
                                         self._causes(called))
        return result

    def _causes(self, called: tuple[Callable, tuple, dict] | None) -> list[Cause]:
        if called is None or called[0] is not F.scaled_dot_product_attention:
            return ["uncut"] if self.calls.uncut else []
        _, args, kwargs = called
        q, k, v = (*args, *(kwargs[name] for name in ("query", "key", "value")[len(args):]))[:3]
        found: dict[Cause, bool] = {
            "axes": q.ndim < 4, "width": q.shape[-1] != v.shape[-1],
            "strides": any(t.shape[-1] > 1 and t.stride(-1) != 1 for t in (q, k, v))}
        return [cause for cause, holds in found.items() if holds]


def differences(case: RecordedCase, observation: Observation) -> list[tuple[str, str, facts.Fact]]:
    """Returns (check, where, what differs) for each limit of the case that was reached."""
    found: list[tuple[str, str, facts.Fact]] = []
    if case.limit is not None and observation.largest and observation.largest.elements >= case.limit:
        found.append(("memory", "largest tensor", facts.TooLarge(observation.largest, case.limit)))
    if case.peak is not None and observation.grown is not None and observation.grown >= case.peak:
        found.append(("memory", "peak memory", facts.PeakTooHigh(observation.grown, case.peak)))
    return found
