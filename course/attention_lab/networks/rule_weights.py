"""Weights for a network that nobody needs to store: every number follows from its entry's name in the authors' code,
and a seed.

With them one can see whether two implementations compute the same without a file of a hundred megabytes. For each entry
a generator is seeded with crc32 of the name plus the seed, and draws float64 numbers z. A weight of two or more axes is
z * gain / sqrt(fan_in). Other weights (of norms) are 1 + z / 10, running variances 1 + u / 10 with u uniform in [0, 1),
biases and everything else z / 10.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from .authors_names import COUNTER, Names


def drawn(shape: Sequence[int], seed: int, uniform: bool = False) -> Tensor:
    """Float64 numbers that the seed decides: normal ones, or uniform ones in [0, 1)."""
    draw = torch.rand if uniform else torch.randn
    return draw(tuple(shape), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def rule_state(entries: Iterable[tuple[str, Sequence[int]]], seed: int, gain: float = 1.0) -> dict[str, Tensor]:
    """The entries of a state dict, given as (authors' name, shape), in float64; BatchNorm's counters are left out."""
    return {name: _entry(name, shape, seed, gain) for name, shape in entries if not name.endswith(COUNTER)}


def _entry(name: str, shape: Sequence[int], seed: int, gain: float) -> Tensor:
    kind = name.rpartition(".")[2]
    z = drawn(shape, zlib.crc32(name.encode()) + seed, uniform=kind == "running_var")
    if kind == "weight" and len(shape) > 1:
        fan_in = z[0].numel()
        return z * gain * (1 / fan_in) ** 0.5
    return 1 + 0.1 * z if kind in ("weight", "running_var") else 0.1 * z


def give_rule_weights(network: nn.Module, names: Names, seed: int, gain: float = 1.0) -> None:
    """Fill our network with the rule's weights, made under the authors' names."""
    entries = [(names.theirs(ours), tuple(tensor.shape)) for ours, tensor in network.state_dict().items()]
    names.load(network, rule_state(entries, seed, gain))
