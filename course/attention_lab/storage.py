"""Small files that the library keeps beside a notebook."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any


def keep(path: Path, content: Any) -> str:
    """Write `content` as JSON: never half a file, whatever happens in between. A folder that can't be written to costs the memory only.

    Returns why it could not be written, or nothing.
    """
    beside = path.with_name(f"{path.name}.new")
    try:
        beside.write_text(json.dumps(content, indent=1), encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        return error.strerror or type(error).__name__
    return ""
