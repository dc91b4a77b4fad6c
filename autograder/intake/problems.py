"""A problem with a check, as a learner sends it: opened as any stranger's file, and read within bounds."""

from __future__ import annotations

from pathlib import Path

from attention_lab.notebook.problem import LARGEST, Problem
from attention_lab.notebook.problem import read as parsed
from autograder.intake.files import beginning
from autograder.submission.parse import Unreadable


def read(path: Path) -> Problem:
    """The problem in a file. Raises Unreadable, in a sentence with the file's name, for anything else."""
    try:
        data = beginning(path, LARGEST + 1)
        if len(data) > LARGEST:
            raise ValueError(f"has more than {LARGEST:,} bytes")
        return parsed(data)
    except ValueError as error:
        raise Unreadable(f"{path} {error}") from error
