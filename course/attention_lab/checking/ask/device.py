"""Runs a module on a device other than the CPU, and finds out which of its tensors stay behind.

On a GPU, values are compared as on the CPU. Without a GPU, torch's device `meta` is used instead. Its tensors have
shapes but no numbers, so `Numbers` keeps the numbers on the CPU and repeats every operation there. So answers are
compared by their numbers, whether there is a GPU or not. `meta` also lets operations mix its tensors with those of the
CPU without an error, so `Mixed` checks each operation.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from ..form import protocol
from .dispatch import Dispatch
from .lines import current_line
from .shadow import Numbers

aten = torch.ops.aten
INDEXING = {aten.index, aten.index_put, aten.index_put_, aten._index_put_impl_, aten._unsafe_index,
            aten._unsafe_index_put}
# these refuse even a number from the CPU
EXACT = {aten.clamp, aten.clamp_, aten.clamp_max, aten.clamp_max_, aten.clamp_min, aten.clamp_min_, aten.logaddexp,
         aten.logaddexp2, aten.nextafter, aten.nextafter_}


class Mixed(Dispatch):
    """Remembers the first operation that a real device would refuse, because it mixes a tensor on `device` with one
    that stayed on the CPU.

    Real devices accept numbers (tensors without axes) and indices from the CPU, but not numbers in a few functions, as
    the bounds of `clamp`. An in-place operation leaves its result
    on the device of its first tensor, so that tensor must not stay on the CPU, even if it is only a number.

    namespace: the learner's global names, by which their own line is found.
    """

    def __init__(self, device: torch.device, namespace: dict[str, Any]):
        super().__init__()
        self.kind, self.namespace = device.type, namespace
        self.first: protocol.Mixed | None = None
        self.numbers = Numbers()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if self.first is None and (stayed := self._stayed(function, args, kwargs)):
            self.first = protocol.Mixed(str(function.overloadpacket), [list(t.shape) for t in stayed],
                                        current_line(self.namespace))
        return function(*args, **kwargs) if self.kind != "meta" else self.numbers.follow(function, args, kwargs)

    def _stayed(self, function: Any, args: tuple, kwargs: dict) -> list[Tensor]:
        first = args[0] if args else None
        followed = isinstance(first, Tensor) and first.device.type == self.kind
        if followed and function.overloadpacket == aten.copy_:
            return []
        if followed and function.overloadpacket in INDEXING:
            args = (first, *args[2:])
        given = [t for item in (*args, *kwargs.values()) for t in (item if isinstance(item, (list, tuple)) else (item,))
                 if isinstance(t, Tensor)]
        kinds = {t.device.type for t in given}
        if self.kind not in kinds or "cpu" not in kinds:
            return []
        alias = function._schema.arguments[0].alias_info if function._schema.arguments else None
        exact = function.overloadpacket in EXACT
        return [t for t in given
                if t.device.type == "cpu" and (t.ndim or exact or alias and alias.is_write and t is first)]


def move(module: nn.Module, device: torch.device) -> None:
    """Moves a module, as `module.to(device)` does. Parameters stay the same objects, even on `meta`. So lists of
    parameters, and tied parameters, are moved too."""
    before = torch.__future__.get_swap_module_params_on_conversion()
    torch.__future__.set_swap_module_params_on_conversion(device.type == "meta")
    try:
        with contextlib.suppress(RuntimeError):  # a scripted module's parameters cannot stay the same objects
            module.to(device)
    finally:
        torch.__future__.set_swap_module_params_on_conversion(before)
    module.to(device)


def prepared(device: torch.device) -> contextlib.AbstractContextManager[None]:
    """Returns a context in which torch has the right settings to compute on `device`."""
    return _exact() if device.type == "cuda" else contextlib.nullcontext()


@contextlib.contextmanager
def _exact() -> Iterator[None]:
    """On a GPU, turns TF32 off, and selects the algorithms that return the same result each time."""
    matmul = torch.backends.cuda.matmul
    before = (
        matmul.allow_tf32,
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )
    with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False):
        matmul.allow_tf32 = False
        torch.use_deterministic_algorithms(True, warn_only=True)
        try:
            yield
        finally:
            matmul.allow_tf32 = before[0]
            torch.use_deterministic_algorithms(before[1], warn_only=before[2])
