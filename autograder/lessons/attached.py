"""The names of a lesson's drawings in a single notebook (builder/single.py), where they are attached to the cells.

JupyterLab does not show an attached SVG, so they are PNG files. No learner's own picture gets such a name by itself.
"""

from __future__ import annotations

import re

DRAWN = re.compile(r"\]\(figures/(\w+)\.svg\)", re.ASCII)
ATTACHED = re.compile(r"\]\(attachment:figures-(\w+)\.png\)", re.ASCII)
NAME = re.compile(r"figures-(\w+)\.png", re.ASCII)


def attached(text: str) -> str:
    """Returns a cell's Markdown with the names that its drawings have as attachments."""
    return DRAWN.sub(r"](attachment:figures-\1.png)", text)


def beside(text: str) -> str:
    """Returns a single notebook's Markdown with the names that the drawings have beside a released notebook."""
    return ATTACHED.sub(r"](figures/\1.svg)", text)
