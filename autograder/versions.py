"""What a verdict depends on besides the submission, the class's seed and the device: the code that judges, and what runs it."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch

import attention_lab
from solutions.course import ROOT


def digest(content: Any) -> str:
    """A name for what JSON can hold."""
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _files() -> list[tuple[str, Path]]:
    """The code that judges, under names that hold anywhere: judge, graders, cases, mistakes, references, attention_lab."""
    folders = {"autograder": ROOT / "autograder", "reference": ROOT / "solutions/reference",
               "attention_lab": Path(attention_lab.__file__).parent}
    return sorted((f"{name}/{path.relative_to(folder)}", path) for name, folder in folders.items() for path in folder.rglob("*.py"))


def code() -> str:
    """A digest of the code that judges."""
    return digest([(name, sha256(path.read_bytes()).hexdigest()) for name, path in _files()])


def _stamps() -> list[tuple[str, int, int]]:
    """Tells, cheaply, whether that code has changed."""
    return [(name, path.stat().st_mtime_ns, path.stat().st_size) for name, path in _files()]


def unchanged() -> bool:
    """Is the code still what this process has imported? New code beside old makes answers that are neither's."""
    return _stamps() == STAMPS


STAMPS, CODE = _stamps(), code()  # of now, when that code is imported as well
VERSIONS = [CODE, torch.__version__, sys.version, sys.platform]
