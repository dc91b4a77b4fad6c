"""What a verdict depends on besides the submission, the class's seed and the device: the code that judges, and what
runs it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch

import attention_lab
from autograder.lessons.course import ROOT, lessons, own_lessons
from autograder.lessons.topics import folder_of


def digest(content: Any) -> str:
    """A name for what JSON can hold."""
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _files(topics: Iterable[str]) -> list[tuple[str, Path]]:
    """The code that judges, under names that hold anywhere: the machinery, what lessons share, and the folders of
    `topics`."""
    folders = {"autograder": (ROOT / "autograder", "**/*.py"),
               "attention_lab": (Path(attention_lab.__file__).parent, "**/*.py"),
               "shared": (ROOT / "solutions/shared", "*.py"),
               **{f"topics/{topic}": (folder_of(topic), "*.py") for topic in topics}}
    return sorted((f"{name}/{path.relative_to(folder)}", path) for name, (folder, files) in folders.items()
                  for path in folder.glob(files))


@cache
def code(topic: str) -> str:
    """A digest of the code that judges a topic."""
    return digest([(name, sha256(path.read_bytes()).hexdigest()) for name, path in _files([topic])])


def _stamps() -> list[tuple[str, int, int]]:
    """Tells, cheaply, whether any of that code has changed."""
    topics = [lesson.topic for lesson in [*lessons(), *own_lessons()]]
    return [(name, path.stat().st_mtime_ns, path.stat().st_size) for name, path in _files(topics)]


def unchanged() -> bool:
    """Is the code still what this process has imported? New code beside old makes answers that are neither's."""
    return _stamps() == STAMPS


def versions(topic: str) -> list[str]:
    """What a verdict on this topic depends on: the code, and what runs it."""
    return [code(topic), torch.__version__, sys.version, sys.platform]


STAMPS = _stamps()  # of now, when that code is imported as well
