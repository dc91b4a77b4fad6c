"""The class's secret seed: hidden cases are drawn from it, so that knowing the visible ones helps nobody."""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from pathlib import Path

from solutions.shared.course import ROOT

FILE = ROOT / "work/seed"


def class_seed(path: Path = FILE) -> str:
    """The seed in `path`; drawn and kept there, for its owner's eyes only, at the first grading. ValueError where it is empty."""
    if not path.exists():
        beside = _drawn(path)
        try:
            os.link(beside, path)  # whoever comes first; the others read it
        except FileExistsError:
            pass
        beside.unlink()
    seed = path.read_text(encoding="utf-8").strip()
    if not seed:
        raise ValueError(f"{path} holds no seed; remove it to have a new one drawn, which changes hidden cases")
    return seed


def draw_another(path: Path = FILE) -> Path | None:
    """Put a new seed in the old one's place. Returns the copy of the old one, beside it; None where there was none."""
    old = None
    if path.exists():
        old = path.with_name(f"{path.name}.until-{datetime.now():%Y-%m-%dT%H-%M-%S.%f}")
        os.link(path, old)  # never over another copy
    os.replace(_drawn(path), path)
    return old


def _drawn(path: Path) -> Path:
    """A new seed in a file of its own beside `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_hex(16) + "\n")
    return beside
