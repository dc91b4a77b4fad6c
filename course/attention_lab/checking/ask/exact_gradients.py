"""Makes torch's gradient of hardsigmoid exact while a gradient is observed.

In float64, torch (up to 2.13 at least) multiplies by 1/6 as a float32 number, which is off by 3e-8. So a correct answer
would differ from the reference by as much as an answer that computes in float32 on the way, and no tolerance could tell
these two apart.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator

import torch
from torch import Tensor


def _hardsigmoid_backward(gradient: Tensor, x: Tensor) -> Tensor:
    return torch.where((x > -3) & (x < 3), gradient / 6, torch.zeros_like(gradient))


@contextlib.contextmanager
def exact_hardsigmoid() -> Iterator[None]:
    """Inside this context, hardsigmoid's gradient on the CPU has the precision of its numbers. Afterwards it is torch's
    own again."""
    with torch.library._scoped_library("aten", "IMPL") as library:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a kernel is replaced
            library.impl("hardsigmoid_backward", _hardsigmoid_backward, "CPU")
        yield
