"""Finds the largest tensor that torch makes while a function runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class LargestStorage(TorchDispatchMode):
    """Remembers, while it is active, the size of the largest storage that any operation of torch returned. The
    attribute `elements` is that size, in numbers.

    A tensor's storage is the memory behind it, so a view of something large counts as large.
    """

    def __init__(self) -> None:
        super().__init__()
        self.elements = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):  # an operation may return several
            if isinstance(tensor, torch.Tensor):
                self.elements = max(self.elements, tensor.untyped_storage().nbytes() // tensor.element_size())
        return result


def largest_storage(call: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor) -> int:
    """Returns how many numbers the largest storage holds during a forward and a backward pass of call(x), in which x
    gets a gradient."""
    x = x.detach().requires_grad_()
    with LargestStorage() as largest:
        call(x).square().sum().backward()
    return largest.elements
