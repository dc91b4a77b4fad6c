"""Notes where a learner's code cuts the graph by which gradients flow back."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from .lines import current_line

CUTS: dict[Any, str] = {
    Tensor.detach: "detach()", Tensor.detach_: "detach_()", Tensor.data.__get__: ".data",  # type: ignore[attr-defined]
    Tensor.item: "item()", Tensor.tolist: "tolist()", Tensor.numpy: "numpy()", Tensor.__float__: "float(...)",
    torch.tensor: "torch.tensor(...)", torch._C._set_grad_enabled: "no_grad()",
}
MOST = 4


class Cuts(TorchFunctionMode):
    """found: what cuts the graph, and the line of the cell in which it stands, or None if it is not in a function.

    namespace, file: see current_line.
    """

    def __init__(self, namespace: dict[str, Any], file: str | None):
        super().__init__()
        self.namespace, self.file = namespace, file
        self.found: list[tuple[str, str | None]] = []

    def __torch_function__(self, function, types, args=(), kwargs=None):
        name = CUTS.get(function, "")
        if name and len(self.found) < MOST and (args[:1] == (False,) if name == "no_grad()" else self._by_them()):
            found = name, current_line(self.namespace, self.file)
            self.found += [found] if found not in self.found else []
        return function(*args, **(kwargs or {}))

    def _by_them(self) -> bool:
        """Says whether the learner's code itself called the function, perhaps through another mode."""
        frame: FrameType | None = sys._getframe(2)
        while frame and frame.f_code.co_name == "__torch_function__":
            frame = frame.f_back
        return frame is not None and frame.f_globals is self.namespace
