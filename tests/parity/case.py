"""The recorded cases: where they are, and how one is read."""
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

DIRECTORY = Path(os.environ.get("PARITY_DIR") or Path(__file__).parent / "data")
FILES = sorted(DIRECTORY.rglob("*.safetensors"))


@dataclass(frozen=True)
class Case:
    """One forward and one backward pass of published code; tensors are named `<kind>.<official name>`."""

    system: str
    unit: str
    config: dict[str, Any]
    mode: str
    tensors: dict[str, Tensor]

    def of(self, kind: str) -> dict[str, Tensor]:
        """The tensors of a kind (`param`, `input`, `output`, ...), by official name."""
        prefix = kind + "."
        return {name.removeprefix(prefix): t for name, t in self.tensors.items() if name.startswith(prefix)}


def read(path: Path) -> Case:
    with safe_open(path, framework="pt") as file:
        meta = json.loads(file.metadata()["case"])
        tensors = {name: _widened(name, file.get_tensor(name)) for name in file.keys()}
    return Case(meta["system"], meta["unit"], meta["config"], meta["mode"], tensors)


def _widened(name: str, tensor: Tensor) -> Tensor:
    """float64, except for true integers: masks are stored as integers to save space, indices as short ones."""
    is_mask = name.partition(".")[2].startswith("mask")
    return tensor.to(torch.float64 if is_mask or tensor.is_floating_point() else torch.int64)
