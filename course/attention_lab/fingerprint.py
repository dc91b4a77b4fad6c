"""Fingerprints of observations: enough to recognise a known mistake, too little to read an answer from.

An observation becomes its structure (what was raised, which tensors of which shapes, which inputs changed) as a short hash,
and for each tensor its norm and three projections on fixed cosine waves, in float64.
"""

from __future__ import annotations

import hashlib
import json

import torch
from torch import Tensor

from .compare import kind_of
from .transfer import canonical
from .values import leaves

WAVES = (0.7548776662466927, 0.5698402909980532, 0.4503599627370496)  # radians an element; irrational to each other
RELATIVE = {"float64": 1e-8, "float32": 1e-5}  # two ways to compute the same mistake round differently
ZERO = 1e-12  # a gradient below is rounding noise


def _numbers(tensor: Tensor) -> list[float]:
    flat = tensor.reshape(-1).double()
    steps = torch.arange(1, flat.numel() + 1, dtype=torch.float64)
    return [flat.norm().item(), *((flat * torch.cos(steps * wave)).sum().item() for wave in WAVES)]


def _seen(tensors: dict[str, Tensor]) -> list[str]:
    """The tensors that take part. A gradient that is zero and one that is missing are the same thing."""
    return sorted(name for name, t in tensors.items() if not name.startswith(("received.", "gave."))
                  and not (name.startswith("grad.") and bool((t.abs() <= ZERO).all())))


def fingerprint(header: dict, tensors: dict[str, Tensor], mentions: list[int]) -> tuple[str, Tensor]:
    """(structure, numbers): the hash, and a (tensors and scalars, 4) float64 tensor in a fixed order.

    mentions: numbers that an error message should name; only whether it does enters the structure.
    """
    raised, unplaced = header["raised"], header["unplaced"]
    scalars = [(path, leaf) for path, leaf in leaves(header["output"]) if not (isinstance(leaf, dict) and "tensor" in leaf)]
    seen = _seen(tensors)
    structure = [
        raised and [raised["type"], set(mentions) <= set(raised["numbers"]), *([] if raised["value_error"] else [raised["message"]])],
        unplaced and sorted([list(canonical(shape)) for _, shape in header["parameters"]]),
        header["changed"],
        sorted(set(header["dropout"])),
        [[path, leaf if isinstance(leaf, (dict, str, bool, type(None))) else "number"] for path, leaf in scalars],
        [[name, list(tensors[name].shape), str(tensors[name].dtype)] for name in seen],
        *([[header["mixed"] and header["mixed"]["operation"], header["devices"]]] if header["mixed"] or header["devices"] else []),
    ]
    rows = [_numbers(tensors[name]) for name in seen]
    rows += [[float(leaf)] * 4 for _, leaf in scalars if isinstance(leaf, (int, float)) and not isinstance(leaf, bool)]
    digest = hashlib.sha256(json.dumps(structure, sort_keys=True).encode()).hexdigest()[:16]
    return digest, torch.tensor(rows, dtype=torch.float64).reshape(-1, 4)


def row_scales(tensors: dict[str, Tensor], scales: dict[str, float]) -> list[float]:
    """For each tensor row of a fingerprint: the size that counts as zero for its kind."""
    return [scales.get(kind_of(name), 1.0) for name in _seen(tensors)]


def same(a: tuple[str, Tensor], b: tuple[str, Tensor], zero: list[float], dtype: str) -> bool:
    """Do two fingerprints describe the same observation? `zero`: row_scales of one of the two; `dtype`: their question's."""
    if a[0] != b[0] or a[1].shape != b[1].shape:
        return False
    scale = torch.tensor(zero + [1.0] * (len(a[1]) - len(zero)), dtype=torch.float64).reshape(-1, 1)
    within = RELATIVE[dtype] * torch.maximum(a[1][:, :1].abs(), scale)
    finite = a[1].isfinite().all(dim=1) & b[1].isfinite().all(dim=1)
    if not torch.equal(a[1][~finite].nan_to_num(), b[1][~finite].nan_to_num()):  # a NaN equals a NaN here
        return False
    return bool(((a[1] - b[1]).abs() <= within)[finite].all())
