"""Our own attempts at the capstone's record: `python -m solutions.capstone.challenge` trains each and prints what it
scores (about ten minutes of one core each). docs/records.md has the results."""

from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab.networks.adapters import plugged
from attention_lab.networks.own_modules import mine
from attention_lab.networks.record import Make, record
from autograder.lessons.course import NOTEBOOKS

OURS = {path.stem: path for path in sorted(Path(__file__).with_name("records").glob("*.py"))}
DRAW = 20261125  # of the pictures


def ours(name: str) -> Make:
    """One of our attempts, with the modules of the solved notebooks."""
    modules, _ = plugged(partial(mine, beside=NOTEBOOKS / "10_capstone"))
    scope = {"torch": torch, "nn": nn, "F": F, "modules": modules}
    exec(OURS[name].read_text(encoding="utf-8"), scope)
    return scope["mine"]


if __name__ == "__main__":
    for name in OURS:
        print(f"{name}\n{record(ours(name), draw=DRAW)}\n", flush=True)
