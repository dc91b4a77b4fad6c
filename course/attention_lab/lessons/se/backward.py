"""Compares a gate's gradients that were worked out by hand with those that autograd finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

NAMES = "dL/ds", "dL/du", "dL/dx"
CLOSE = 1e-5  # as a share of the largest expected number; in float32, two correct computations differ by less


def check_gradients(backward: Callable[[Tensor, Tensor, Tensor], Any]) -> str:
    """Says which gradients, written by hand for y = x * s with s = sigmoid(u), are right. They are tried on lesson 01's
    worked example, then on a batch.

    backward: takes dL/dy (B, C, H, W), x (B, C, H, W) and s (B, C). It returns dL/ds (B, C), dL/du (B, C) and dL/dx (B,
        C, H, W), with None for a gradient that is still missing, or None instead of all three. An error that it raises
        on the example is not caught.
    """
    draw = torch.Generator().manual_seed(0)
    batch, batch_truth = _case(*(torch.randn(size, generator=draw) for size in ((2, 3, 4, 5), (2, 3, 4, 5), (2, 3))))
    example, truth = _case(torch.tensor([1.0, 0, 2, -1]).view(1, 1, 2, 2),
                           torch.tensor([1.0, 2, 3, 6]).view(1, 1, 2, 2), torch.zeros(1, 1))
    yours = backward(*example)
    if yours is None or isinstance(yours, tuple | list) and all(gradient is None for gradient in yours):
        return "Not tried yet."
    if not isinstance(yours, tuple | list) or len(yours) != len(NAMES):
        found = f"{len(yours)} of them" if isinstance(yours, tuple | list) else f"one {type(yours).__name__}"
        return f"Return three gradients, {', '.join(NAMES)}, in this order; you return {found}."
    wrong = [f"{name} of the example {_in_numbers(gradient, truth[name])}" for name, gradient in zip(NAMES, yours)
             if gradient is not None and not _close(gradient, truth[name])]
    try:
        yours = backward(*batch)
    except Exception as error:
        wrong.append("With a batch, x of shape (2, 3, 4, 5) and s of shape (2, 3), it raises "
                     f"{type(error).__name__}: {error}")
        return "\n".join(wrong)
    if not wrong:
        return "; ".join(f"{name} {_verdict(gradient, batch_truth[name])}" for name, gradient in zip(NAMES, yours))
    return "\n".join(wrong + _cause(yours, batch_truth, batch[2]))


def _case(grad_y: Tensor, x: Tensor, u: Tensor) -> tuple[tuple[Tensor, Tensor, Tensor], dict[str, Tensor]]:
    """Returns the arguments for `backward`, and the gradients that it should return, by name."""
    x, u = x.requires_grad_(), u.requires_grad_()
    s = torch.sigmoid(u)
    truth = dict(zip(NAMES, torch.autograd.grad(x * s[:, :, None, None], (s, u, x), grad_y)))
    return (grad_y, x.detach(), s.detach()), truth


def _close(gradient: Any, truth: Tensor) -> bool:
    return (isinstance(gradient, Tensor) and gradient.shape == truth.shape
            and torch.allclose(gradient.to(truth.dtype), truth, rtol=0, atol=CLOSE * float(truth.abs().max())))


def _form(gradient: Any, truth: Tensor) -> str:
    """Says what is wrong with a gradient's type or shape; empty if its numbers can be compared."""
    if not isinstance(gradient, Tensor):
        return f"is not a tensor but {type(gradient).__name__}"
    return "" if gradient.shape == truth.shape else f"has the shape {tuple(gradient.shape)}, not {tuple(truth.shape)}"


def _in_numbers(gradient: Any, truth: Tensor) -> str:
    def written(numbers: Tensor) -> str:
        said = ", ".join(f"{number:.4g}" for number in numbers.flatten().tolist())
        return said if numbers.numel() == 1 else f"({said})"
    return _form(gradient, truth) or f"should be {written(truth)}, you return {written(gradient)}"


def _verdict(gradient: Any, truth: Tensor) -> str:
    if gradient is None:
        return "not tried yet"
    if _close(gradient, truth):
        return "agrees"
    return _form(gradient, truth) or (f"differs: the largest difference is {(gradient - truth).abs().max():.2g}, "
                                      f"the largest expected number {truth.abs().max():.2g}")


def _cause(yours: Any, truth: dict[str, Tensor], s: Tensor) -> list[str]:
    """Names a frequent mistake that explains a batch's numbers, in a sentence; empty if none does."""
    of_s, of_u, _ = yours
    if _close(of_s, truth["dL/du"]) and _close(of_u, truth["dL/ds"]):
        return ["You return dL/ds and dL/du in the wrong order."]
    if isinstance(of_s, Tensor) and _close(of_s * truth["dL/dx"][0, 0].numel(), truth["dL/ds"]):
        return ["Your dL/ds is a mean over the positions. Their effects add up, so take the sum."]
    for factor, name in ((s, "s"), (1 - s, "(1 - s)")):
        if _close(of_u, truth["dL/ds"] * factor):
            return [f"Your dL/du is dL/ds · {name}, but the sigmoid's slope is s · (1 - s)."]
    return []
