"""The class's secret seed. Hidden cases are drawn from it, so knowing the visible cases helps nobody."""

from __future__ import annotations

import os
import re
import secrets
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from autograder.lessons.course import CLASS
from autograder.lessons.plain_text import plain_text

NAME = "work/seed"  # below the folder of a course
FILE = CLASS / NAME


def class_seed(path: Path = FILE) -> str:
    """Returns the seed in the file `path`. If there is no file, a seed is drawn and kept there, readable only by its
    owner. Raises ValueError if the file holds something else."""
    if not path.exists():
        beside = _new_seed(path)
        try:
            os.link(beside, path)  # whoever comes first; the others read it
        except FileExistsError:
            pass
        beside.unlink()
    seed = plain_text(path, "replace").strip()
    if not re.fullmatch("[0-9a-f]{32}", seed):
        raise ValueError(f"{path} holds no seed. A seed is 32 characters, digits and letters from a to f. Put your "
                         "copy of the file back. If nothing was graded with this seed, remove the file: then a new "
                         "seed is drawn")
    return seed


def fingerprint(seed: str) -> str:
    """Returns a text that tells two seeds apart, but reveals neither."""
    return sha256(f"the fingerprint of {seed}".encode()).hexdigest()[:16]


def copy_with(wanted: str, path: Path) -> Path | None:
    """Returns the copy of a seed that has this fingerprint. (`draw_another` keeps copies beside the seed's file.)"""
    for copy in sorted(path.parent.glob(f"{path.name}.*")):
        if copy.is_file() and fingerprint(plain_text(copy, "replace").strip()) == wanted:
            return copy
    return None


def draw_another(path: Path = FILE) -> Path | None:
    """Replaces the seed by a new one. Returns the copy of the old seed, which is beside it; None if there was no
    seed."""
    old = None
    if path.exists():
        old = path.with_name(f"{path.name}.until-{datetime.now():%Y-%m-%dT%H-%M-%S.%f}")
        os.link(path, old)  # never over another copy
    os.replace(_new_seed(path), path)
    return old


def _new_seed(path: Path) -> Path:
    """Draws a new seed, and writes it to a file of its own beside `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_hex(16) + "\n")
    return beside
