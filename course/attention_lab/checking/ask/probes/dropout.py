"""Checks dropout: where it is active, and that it drops what it should. Notes on the way whether a float32 tensor takes
part, because a second mode would take as much time again."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from ...facts import facts
from ...form.protocol import Observation

if TYPE_CHECKING:
    from ...known.recorded import RecordedCase

DROPOUTS = {torch.dropout, torch.feature_dropout, torch.alpha_dropout, F.dropout, F.dropout1d, F.dropout2d, F.dropout3d,
            F.alpha_dropout, F.feature_alpha_dropout, torch.dropout_, torch.feature_dropout_, torch.alpha_dropout_,
            torch.feature_alpha_dropout, torch.feature_alpha_dropout_}
OF_CHANNELS = {torch.feature_dropout, torch.feature_dropout_, torch.feature_alpha_dropout, torch.feature_alpha_dropout_,
               F.dropout1d, F.dropout2d, F.dropout3d, F.feature_alpha_dropout}


class NoDropout(TorchFunctionMode):
    """Makes dropout let everything through, so that a module in training mode has one right answer. `active` lists the
    shares that it would have dropped.

    drop_largest: True makes it drop the largest elements, or whole channels, by that share. This does not depend on
        chance either.
    """

    def __init__(self, drop_largest: bool = False) -> None:
        super().__init__()
        self.active: list[float] = []
        self.drop_largest = drop_largest
        self.float32 = False

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        self.float32 = self.float32 or _holds_float32(args) or bool(kwargs) and _holds_float32(kwargs.values())
        if function not in DROPOUTS:
            return function(*args, **kwargs)
        share = args[1] if len(args) > 1 else kwargs.get("p", 0.5)
        training = args[2] if len(args) > 2 else kwargs.get("training", kwargs.get("train", True))
        given = args[0] if args else kwargs["input"]
        if not (training and share):
            return given
        self.active.append(float(share))
        return (
            _without_largest(given, float(share), 2 if function in OF_CHANNELS else given.ndim)
            if self.drop_largest
            else given
        )


def _holds_float32(items: Iterable[Any]) -> bool:
    for item in items:  # a loop, because this runs at every operation of torch
        if isinstance(item, Tensor):
            if item.dtype is torch.float32:
                return True
        elif isinstance(item, (list, tuple)) and _holds_float32(item):
            return True
    return False


def _without_largest(given: Tensor, share: float, axes: int) -> Tensor:
    """Drops the largest units, at least one; a unit is an index into the first `axes` axes. The rest is scaled as
    usual."""
    size = given.detach().abs()
    size = size.flatten(axes).sum(-1) if axes < given.ndim else size
    dropped = torch.zeros(size.numel(), dtype=torch.bool, device=given.device)
    dropped[size.flatten().topk(math.ceil(share * size.numel())).indices] = True
    kept = ~dropped.reshape(*size.shape, *[1] * (given.ndim - axes))
    return given * kept / (1 - share) if share < 1 else given * 0


def differences(case: RecordedCase, observation: Observation) -> list[tuple[str, str, facts.Fact]]:
    """Returns (check, where, what differs) if the active shares are not those of the reference."""
    if set(observation.dropout) == set(case.expected.dropout):
        return []
    return [(case.check, "dropout", facts.Dropout(tuple(observation.dropout), tuple(case.expected.dropout),
                                                  case.question.train))]
