"""Weights that nobody needs to store, because every number follows from a rule: from its entry's name in the authors'
code, and from a seed.

With such weights, one can test whether two implementations compute the same without a file of a hundred megabytes. For
each entry, a generator is seeded with crc32 of the name plus the seed, and draws float64 numbers z. A weight with two
or more axes is z * gain / sqrt(fan_in). Other weights (those of norms) are 1 + z / 10. Running variances are 1 + u /
10, with u uniform in [0, 1). Biases and everything else are z / 10.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from .authors_names import COUNTER, Names


def drawn(shape: Sequence[int], seed: int, uniform: bool = False) -> Tensor:
    """Draws float64 numbers that depend only on the seed: normal ones, or uniform ones in [0, 1)."""
    draw = torch.rand if uniform else torch.randn
    return draw(tuple(shape), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def rule_state(entries: Iterable[tuple[str, Sequence[int]]], seed: int, gain: float = 1.0) -> dict[str, Tensor]:
    """Returns the entries of a state dict in float64; BatchNorm's counters are left out.

    entries: pairs of the authors' name and the shape.
    """
    return {name: _entry(name, shape, seed, gain) for name, shape in entries if not name.endswith(COUNTER)}


def _entry(name: str, shape: Sequence[int], seed: int, gain: float) -> Tensor:
    kind = name.rpartition(".")[2]
    z = drawn(shape, zlib.crc32(name.encode()) + seed, uniform=kind == "running_var")
    if kind == "weight" and len(shape) > 1:
        fan_in = z[0].numel()
        return z * gain * (1 / fan_in) ** 0.5
    return 1 + 0.1 * z if kind in ("weight", "running_var") else 0.1 * z


def give_rule_weights(network: nn.Module, names: Names, seed: int, gain: float = 1.0) -> None:
    """Fills our network with the weights that the rule makes for the authors' names."""
    entries = [(names.theirs(ours), tuple(tensor.shape)) for ours, tensor in network.state_dict().items()]
    names.load(network, rule_state(entries, seed, gain))
