"""Fingerprints of observations: they are enough to recognise a known mistake, and too little to read an answer from.

An observation is reduced to its structure (what was raised, which tensors of which shapes, which inputs changed) as a
short hash. For each tensor there are also its norm and its projection on a fixed cosine wave, in float64.

Two fingerprints may differ by as much as rounding can explain. In float64 the tolerance is 1e-8. If the computation
used float32 numbers, the digits after the seventh depend on the processor, the number of threads and the kernel of
torch. So the tolerance is then that of compare.RELATIVE for float32. A float64 question may have an answer that is
wrong only *because* it was computed in float32. That answer lies within the tolerance of the right one. Its difference
from the right numbers depends on the processor, but the size of this difference does not. So such an answer is
recognised by that size (see `noise`).
"""

from __future__ import annotations

import hashlib
import json
import math
import re

import torch
from torch import Tensor

from ..facts import compare
from ..facts.compare import kind_of
from ..form.protocol import Observation, Raised, plain
from ..form.values import leaves
from .weights import canonical

WAVE = 0.7548776662466927  # radians an element, so that no two elements count alike
WIDTH = 2  # numbers in a row: a norm and a projection
RELATIVE = {**compare.RELATIVE, "float64": 1e-8}  # two ways to compute the same mistake round differently
# By what factor the noise of two float32 ways may differ. From one rounding to 64 independent ones it grows by
# sqrt(64). The same way on other processors: at most 1.01, under all variations of tests/versions/test_processors.py.
NOISE = 8
# A gradient below is rounding noise, in float64 and in less: on one processor 0, on another 1e-8. A bias in front of a
# BatchNorm in training mode has the sum of numbers that cancel; of a hundred float32 numbers near 1, 2e-6 was measured
# to be left, and in float64 2e-12 through the whole CloFormer, in which the smallest true gradient is 7e-10.
ZERO, ZERO_COARSE = 1e-11, 1e-5
Fingerprint = tuple[str, Tensor]  # (structure, numbers), as `fingerprint` returns them
BITS = 31  # of a row's norm that are kept: far finer than RELATIVE, and two ways to compute a number then share a row


def _numbers(tensor: Tensor) -> list[float]:
    flat = tensor.reshape(-1).double()
    steps = torch.arange(1, flat.numel() + 1, dtype=torch.float64)
    return _rounded([flat.norm().item(), (flat * torch.cos(steps * WAVE)).sum().item()])


def _rounded(row: list[float]) -> list[float]:
    """Returns the row without the digits that are only rounding noise, compared with its first number."""
    if not all(map(math.isfinite, row)):
        return row
    if not (step := 2.0 ** (math.frexp(row[0])[1] - BITS)):  # of numbers next to 0
        return row
    return [round(number / step) * step for number in row]


def _seen(tensors: dict[str, Tensor]) -> list[str]:
    """Returns the names of the tensors that count. A gradient that is zero counts like one that is missing."""
    return sorted(name for name, t in tensors.items() if not name.startswith(("received.", "gave."))
                  and not (name.startswith("grad.")
                           and bool((t.abs() <= (ZERO if t.dtype == torch.float64 else ZERO_COARSE)).all())))


def fingerprint(header: Observation, tensors: dict[str, Tensor], mentions: list[int],
                refused: bool) -> Fingerprint:
    """Returns (structure, numbers): the hash, and a float64 tensor (tensors and scalars, WIDTH) in a fixed order.

    mentions: numbers that an error message should name. The structure records only whether the message names them.
    refused: whether the arguments should be refused.
    """
    raised, unplaced = header.raised, header.unplaced
    if unplaced and not refused:
        raised = None  # what came of other weights says nothing
    if raised and refused:
        unplaced = None  # nor do weights, where no numbers come out
    scalars = [(path, leaf) for path, leaf in leaves(header.output)
               if not (isinstance(leaf, dict) and "tensor" in leaf)]
    seen = _seen(tensors)
    structure = [
        raised and [raised.type, set(mentions) <= set(raised.numbers), *_words(raised, refused)],
        unplaced and sorted([list(canonical(shape)) for _, shape in header.parameters]),
        header.changed,
        sorted(set(header.dropout)),
        [[path, leaf if isinstance(leaf, (dict, str, bool, type(None))) else "number"] for path, leaf in scalars],
        [[name, list(tensors[name].shape), str(tensors[name].dtype)] for name in seen],
        *([["hidden"]] if unplaced and unplaced.hidden else []),  # layers in a plain list have a sentence of their own
        *([[header.mixed and header.mixed.operation, plain(header.devices)]] if header.mixed or header.devices else []),
    ]
    rows = [_numbers(tensors[name]) for name in seen]
    rows += [[float(leaf)] * WIDTH for _, leaf in scalars
             if isinstance(leaf, (int, float)) and not isinstance(leaf, bool)]
    digest = hashlib.sha256(json.dumps(structure, sort_keys=True).encode()).hexdigest()[:16]
    return digest, torch.tensor(rows, dtype=torch.float64).reshape(-1, WIDTH)


def _words(raised: Raised, refused: bool) -> list[str]:
    """Returns what an error says, if the words are not the learner's own. Of a ValueError, which may come from torch
    or from an earlier exercise, only the words count."""
    if raised.value_error and (refused or (raised.line or "").startswith("raise")):
        return []
    return [re.sub(r"\d+", "", raised.message) if raised.value_error else raised.message]


def row_scales(tensors: dict[str, Tensor], scales: dict[str, float]) -> list[float]:
    """Returns, for each tensor's row of a fingerprint, the size that counts as zero for its kind."""
    return [scales.get(kind_of(name), 1.0) for name in _seen(tensors)]


def _sizes(numbers: Tensor, zero: list[float]) -> Tensor:
    """Returns the sizes by which the differences of each row are measured, (rows, 1). zero: the result of row_scales.
    """
    scale = torch.tensor(zero + [1.0] * (len(numbers) - len(zero)), dtype=torch.float64).reshape(-1, 1)
    return torch.maximum(numbers[:, :1].abs(), scale)


def same(a: Fingerprint, b: Fingerprint, zero: list[float], dtype: str) -> bool:
    """Says whether two fingerprints describe the same observation.

    zero: what row_scales returns for one of the two.
    dtype: the coarsest dtype that the computation uses.
    """
    if a[0] != b[0] or a[1].shape != b[1].shape:
        return False
    within = RELATIVE[dtype] * _sizes(a[1], zero)
    finite = a[1].isfinite().all(dim=1) & b[1].isfinite().all(dim=1)
    if not torch.allclose(a[1][~finite], b[1][~finite], rtol=0, atol=0, equal_nan=True):
        return False
    return bool(((a[1] - b[1]).abs() <= within)[finite].all())


def noise(a: Fingerprint, right: Fingerprint, zero: list[float]) -> float:
    """Returns how far `a` is from the right numbers: the root mean square of its rows' relative differences. It is only
    called if `a` is the `same` as the right numbers in float32."""
    relative = (a[1] - right[1]) / _sizes(right[1], zero)
    return relative.square().mean().sqrt().item() if relative.numel() else 0.0
