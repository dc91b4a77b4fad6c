"""One file in a folder of strangers': opened where it is a plain one, and read up to a bound."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO

from autograder.intake.folders import LARGEST, ONLY_READ, TooMuch


def open_plain(path: Path) -> IO[bytes]:
    """Raises OSError for a link, which is not followed, and for what is no file: it is not waited for."""
    file = open(os.open(path, ONLY_READ), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError("it is no file")
    return file


def read_plain(path: Path, most: int = LARGEST) -> bytes:
    """What is in a file of at most `most` bytes. Raises OSError, and TooMuch, whose message completes "The file
    ..."."""
    with open_plain(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise TooMuch(f"has more than {most:,} bytes")
    return data
