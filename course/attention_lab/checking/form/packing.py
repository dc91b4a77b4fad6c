"""Packs named tensors as bytes, for the wire between judge and worker and for recorded checks on disk. It never uses
pickle.

All tensors of one dtype become one flat tensor. Hundreds of small tensors would take longer to pack than to compute.
Their names in the file's header would take more room than many of the tensors. The specs say what the flat tensors
hold. They keep the given order, because renamed weights are placed by it.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from safetensors.torch import load, save
from torch import Tensor

LARGEST = 256 << 20  # bytes


def pack(tensors: dict[str, Tensor]) -> tuple[list[list[Any]], bytes]:
    """Returns (specs, body): a list of [name, dtype, shape] that JSON can hold, and the bytes of the numbers."""
    flat: dict[str, list[Tensor]] = {}
    specs = []
    for name, tensor in tensors.items():
        dtype = str(tensor.dtype)
        flat.setdefault(dtype, []).append(tensor.detach().reshape(-1))
        specs.append([name, dtype, list(tensor.shape)])
    return specs, save({dtype: torch.cat(parts) for dtype, parts in flat.items()}) if flat else b""


def unpack(specs: list[list[Any]], body: bytes) -> dict[str, Tensor]:
    """Returns the tensors as they were before they were packed. Raises ValueError, or torch's and safetensors' errors,
    for malformed input."""
    flat = load(body) if body else {}
    if wrong := [dtype for dtype, tensor in flat.items() if dtype != str(tensor.dtype)]:
        raise ValueError(f"numbers of another type than {', '.join(wrong)[:100]}")
    sizes: dict[str, list[int]] = {dtype: [] for dtype in flat}
    for name, dtype, shape in specs:
        if not isinstance(name, str) or not all(isinstance(n, int) and 0 <= n <= LARGEST for n in shape):
            raise ValueError(f"no tensor is called {name!r} and has the shape {shape!r}")
        sizes[dtype].append(math.prod(shape))
    for dtype, tensor in flat.items():
        if (named := sum(sizes[dtype])) != tensor.numel():
            raise ValueError(f"its shapes need {named:,} numbers of type {dtype}, but it holds {tensor.numel():,}")
    parts = {dtype: iter(tensor.split(sizes[dtype])) for dtype, tensor in flat.items()}
    return {name: next(parts[dtype]).view(shape).clone() for name, dtype, shape in specs}
