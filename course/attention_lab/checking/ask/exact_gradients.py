"""Makes two of torch's gradients right while a gradient is observed (both are wrong up to 2.13 at least).

Hardsigmoid: in float64, torch multiplies by 1/6 as a float32 number, which is off by 3e-8. So a correct answer would
differ from the reference by as much as an answer that computes in float32 on the way, and no tolerance could tell these
two apart.

BatchNorm: of a transposed (B, N, C) with an axis of length 1 behind it, torch takes the numbers of the gradient in
another order than those of the input. A learner who writes that is right.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator

import torch
from torch import Tensor


def _hardsigmoid_backward(gradient: Tensor, x: Tensor) -> Tensor:
    return torch.where((x > -3) & (x < 3), gradient / 6, torch.zeros_like(gradient))


def _batch_norm_backward(gradient: Tensor, x: Tensor, weight: Tensor | None, mean: Tensor | None, var: Tensor | None,
                         batch_mean: Tensor, batch_scale: Tensor, train: bool, eps: float,
                         asked: list[bool]) -> tuple[Tensor | None, ...]:
    axes, shape = [0, *range(2, x.ndim)], [1, -1, *[1] * (x.ndim - 2)]
    if not train and mean is not None and var is not None:
        batch_mean, batch_scale = mean, (var + eps).rsqrt()
    normal = (x - batch_mean.reshape(shape)) * batch_scale.reshape(shape)
    of_bias, of_weight = gradient.sum(axes), (gradient * normal).sum(axes)
    scale = batch_scale if weight is None else batch_scale * weight
    if train:
        count = x.numel() // x.shape[1]
        gradient = gradient - (of_bias.reshape(shape) + normal * of_weight.reshape(shape)) / count
    of_x = (gradient * scale.reshape(shape)).to(x.dtype)
    return tuple(each if wanted else None for each, wanted in zip((of_x, of_weight, of_bias), asked))


@contextlib.contextmanager
def exact_gradients() -> Iterator[None]:
    """Inside this context, both gradients on the CPU have the precision of their numbers. Afterwards they are torch's
    own again."""
    with torch.library._scoped_library("aten", "IMPL") as library:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a kernel is replaced
            library.impl("hardsigmoid_backward", _hardsigmoid_backward, "CPU")
            library.impl("native_batch_norm_backward", _batch_norm_backward, "CPU")
        yield
