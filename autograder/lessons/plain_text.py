"""Reads the text files that an instructor writes."""

from __future__ import annotations

import json
from pathlib import Path


def plain_text(path: Path, errors: str = "strict") -> str:
    """Returns the text of a file in UTF-8, or in UTF-16 or UTF-32 as some programs on Windows write it. A byte order
    mark is no part of the text. Raises OSError, and UnicodeDecodeError unless `errors` says otherwise."""
    data = path.read_bytes()
    return data.decode(json.detect_encoding(data), errors).replace("\r\n", "\n")
