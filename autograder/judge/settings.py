"""The settings of a judge, which do not change: the sandbox, the device, and the class's seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from autograder.judge.seed import FILE

DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True)
class Settings:
    """The settings of a judge.

    isolation: "auto" (every sandbox layer that this machine has) or "none".
    device: "auto", "cpu" or "cuda".
    seed: the class's secret seed, if it is not the one in `seed_file`. It is never shown.
    """

    isolation: str = "auto"
    device: str = "auto"
    seed: str | None = field(default=None, repr=False)
    seed_file: Path = FILE


USUAL = Settings()
