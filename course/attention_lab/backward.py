"""Gradients worked out by hand, beside those that autograd finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

CLOSE = 1e-5  # of the largest expected number: in float32 two right ways differ by less


def agrees(yours: Sequence[Any] | None, expected: Mapping[str, Tensor]) -> str:
    """One line: which of your gradients are autograd's, and what is wrong with the others.

    yours: one gradient for each of `expected`, in its order, None for one that is still missing; or None, as long as nothing is tried.
    expected: autograd's gradients by name, of any shapes. Raises ValueError for another number of gradients.
    """
    if yours is None or (not isinstance(yours, Tensor) and all(gradient is None for gradient in yours)):
        return "Not tried yet."
    if isinstance(yours, Tensor) or len(yours) != len(expected):
        found = "one tensor" if isinstance(yours, Tensor) else f"{len(yours)} gradients"
        raise ValueError(f"return {len(expected)} gradients, {', '.join(expected)}; got {found}")
    return "; ".join(f"{name} {_verdict(gradient, truth)}" for gradient, (name, truth) in zip(yours, expected.items(), strict=True))


def _verdict(gradient: Any, truth: Tensor) -> str:
    if gradient is None:
        return "not tried yet"
    if not isinstance(gradient, Tensor):
        return f"is no tensor but {type(gradient).__name__}"
    if gradient.shape != truth.shape:
        return f"has the shape {tuple(gradient.shape)}, not {tuple(truth.shape)}"
    if torch.allclose(gradient.to(truth.dtype), truth, rtol=0, atol=CLOSE * float(truth.abs().max())):
        return "agrees"
    return f"differs (by up to {(gradient - truth).abs().max():.2g}, of {truth.abs().max():.2g})"
