"""Reads a learner's report of a problem with a check. The file is opened like any stranger's file, and read within
bounds."""

from __future__ import annotations

from pathlib import Path

from attention_lab.notebook.problem import LARGEST, Problem
from attention_lab.notebook.problem import read as parsed
from autograder.intake.files import beginning
from autograder.submission.parse import Unreadable


def read(path: Path) -> Problem:
    """Returns the problem in a file. For anything else, raises Unreadable with a sentence that names the file."""
    try:
        data = beginning(path, LARGEST + 1)
        if len(data) > LARGEST:
            raise ValueError(f"has more than {LARGEST:,} bytes")
        return parsed(data)
    except ValueError as error:
        raise Unreadable(f"{path} {error}") from error
