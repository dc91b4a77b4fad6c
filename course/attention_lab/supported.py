"""The versions of Python and torch that the library needs. Older ones are refused when the library is imported, before
they can cause a wrong verdict."""

from __future__ import annotations

# A Python that is refused also reads this file, __init__.py and short_errors.py. So they use nothing newer than
# Python 3.8.
import re
import shlex
import sys

from .short_errors import OneLine

PYTHON, TORCH = (3, 11), (2, 6)  # pip reads them in pyproject.toml


class Unsupported(OneLine, ImportError):
    """The library does not run here. The message says in a sentence what it needs."""


def require() -> None:
    """Raises Unsupported if Python or torch is too old, or if there is no torch."""
    if sys.version_info < PYTHON:
        raise Unsupported(f"attention_lab needs Python {_text(PYTHON)} or newer, and {sys.executable} is "
                          f"{_text(sys.version_info[:3])}. Make a new environment with a newer Python.")
    command = f'`{shlex.quote(sys.executable)} -m pip install --upgrade "torch>={_text(TORCH)}"`'
    try:
        import torch
    except ModuleNotFoundError as missing:
        if missing.name != "torch":
            raise
        raise Unsupported(
            f"attention_lab needs torch {_text(TORCH)} or newer, and there is none. Run {command}."
        ) from None
    found = re.match(r"(\d+)\.(\d+)", torch.__version__)
    if found and (int(found[1]), int(found[2])) < TORCH:
        raise Unsupported(f"attention_lab needs torch {_text(TORCH)} or newer, and this is {torch.__version__}. Run "
                          f"{command}.")


def _text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


require()
