"""What a verdict depends on besides the submission, the class's seed and the device: the code that judges, and the
software that runs this code."""

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
    """Returns a short digest of anything that JSON can hold."""
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _files(topics: Iterable[str]) -> list[tuple[str, Path]]:
    """Returns the files of the code that judges, by names that are the same on every machine. They are the autograder,
    the code that lessons share, and the folders of `topics`."""
    folders = {"autograder": (ROOT / "autograder", "**/*.py"),
               "attention_lab": (Path(attention_lab.__file__).parent, "**/*.py"),
               "shared": (ROOT / "solutions/shared", "*.py"),
               **{f"topics/{topic}": (folder_of(topic), "**/*.py") for topic in topics}}
    return sorted((f"{name}/{path.relative_to(folder)}", path) for name, (folder, files) in folders.items()
                  for path in folder.glob(files))


@cache
def code(topic: str) -> str:
    """Returns a digest of the code that judges a topic."""
    return digest([(name, sha256(path.read_bytes()).hexdigest()) for name, path in _files([topic])])


def _stamps() -> list[tuple[str, int, int]]:
    """Returns the files' sizes and times, which show quickly whether any of that code has changed."""
    topics = [lesson.topic for lesson in [*lessons(), *own_lessons()]]
    return [(name, path.stat().st_mtime_ns, path.stat().st_size) for name, path in _files(topics)]


def unchanged() -> bool:
    """Says whether the code on the disk is still the code that this process has imported. A mixture of old and new code
    would give answers that belong to neither."""
    return _stamps() == STAMPS


def versions(topic: str) -> list[str]:
    """Returns what a verdict on this topic depends on: the code, and the software that runs it."""
    return [code(topic), torch.__version__, sys.version, sys.platform]


STAMPS = _stamps()  # of now, when that code is imported as well
