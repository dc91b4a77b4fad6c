"""Our attempts at the challenge of lesson 07a: `python -m solutions.external.challenge` (about 15 seconds of one
core)."""

from pathlib import Path

from torch import nn

from solutions.external.reference import MultiHeadExternalAttention
from solutions.shared.attempts import Attempts


def heads(number: int, slots: int) -> MultiHeadExternalAttention:
    return MultiHeadExternalAttention(32, number, 1, slots)


def stronger() -> nn.Module:
    """Twelve sums, and features that start twice as strong: a rotation times 2."""
    module = heads(4, 3)
    nn.init.orthogonal_(module.expand.weight, gain=2)
    return module


if __name__ == "__main__":
    attempts = Attempts(Path(__file__).with_name("page.py"))
    attempts.page["MultiHeadExternalAttention"] = MultiHeadExternalAttention
    attempts.try_all({"4 heads, 4 slots": lambda: heads(4, 4), "4 heads, 3 slots": lambda: heads(4, 3),
                      "and a stronger start": stronger})
