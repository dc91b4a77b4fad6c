"""Opens one file in a folder of strangers' files if it is a plain one, and reads it up to a bound."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO

from autograder.intake.folders import LARGEST, ONLY_READ, TooMuch


def open_plain(path: Path) -> IO[bytes]:
    """Opens a plain file. Raises OSError for anything else. A link is not followed, and a pipe is not waited for."""
    file = os.open(path, ONLY_READ)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError("it is not a plain file")
    return open(file, "rb")


def read_plain(path: Path, most: int = LARGEST) -> bytes:
    """Returns the content of a plain file of at most `most` bytes. Raises OSError, or TooMuch, whose message completes
    "The file ..."."""
    with open_plain(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise TooMuch(f"has more than {most:,} bytes")
    return data
