"""What a judge is told once: the walls, the device, and the class's seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from autograder.judge.seed import FILE


@dataclass(frozen=True)
class Settings:
    """isolation: "auto" (every sandbox layer that this machine has) or "none". device: "auto", "cpu" or "cuda".
    seed: the class's secret one, instead of the one in `seed_file`; it is never shown."""

    isolation: str = "auto"
    device: str = "auto"
    seed: str | None = field(default=None, repr=False)
    seed_file: Path = FILE


USUAL = Settings()
