"""The blocks of commands in the instructors' pages, in the order in which an instructor comes to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
FIRST = ("instructors.md", "instructors/course.md", "instructors/platforms.md", "instructors/grading.md",
         "instructors/upgrading.md")
PAGES = (*FIRST, *(name for path in sorted((DOCS / "instructors").glob("*.md"))
                   if (name := f"instructors/{path.name}") not in FIRST))
BLOCK = re.compile(r"(?:<!-- not typed: (?P<why>[^>]+) -->\n)?```(?:sh|bash|shell|console)\n(?P<commands>.*?)```",
                   re.DOTALL)


@dataclass(frozen=True)
class Block:
    """number: on its page, from 1. why_not: the reason that the page gives, in a comment that a reader doesn't see;
    empty if typed."""

    page: str
    number: int
    commands: list[str]
    why_not: str

    @property
    def name(self) -> str:
        return f"{self.page}:{self.number}"


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def blocks() -> list[Block]:
    """Every block of every page."""
    return [Block(page, number, found["commands"].splitlines(), found["why"] or "")
            for page in PAGES for number, found in enumerate(BLOCK.finditer(text_of(page)), 1)]
