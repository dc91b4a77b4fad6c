"""The gallery of the bug museum: every exhibit of every lesson, with its symptom and its code, and a link to where
it is explained."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from autograder.lessons.course import Lesson
from docs.site.blocks import folded, python
from docs.site.lesson import Cell, anchor, cells, outputs, prose

ROOM = re.compile(r"## .*bug museum")
SECTION = re.compile(r"(?m)^(?=## )")
EXHIBIT = re.compile(r"(?m)^(?=### |\*\*Exhibit)")
FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)  # what is wrong, which a visitor finds in the lesson


@dataclass
class Exhibit:
    title: str
    place: str  # the heading in the lesson that a link can name
    words: str
    shown: list[Cell] = field(default_factory=list)


def page(chosen: Sequence[Lesson]) -> str:
    """The gallery in MyST Markdown."""
    rooms = "\n".join(room(lesson) for lesson in chosen)
    return f"""# The bug museum

Each of these modules is wrong and looks right: shapes and gradients are in order, and most of them train.
Some were published in widely read posts and in well-known repositories, and we cut them down to the lines that matter.
Others we built ourselves.
Find the mistake; the lesson has a test that shows it, and says what is wrong and where it was seen.

{rooms}"""


def room(lesson: Lesson) -> str:
    """One lesson's exhibits."""
    parts = [f"## {lesson.name.partition('_')[0]} · {lesson.title}\n"]
    for exhibit in exhibits(lesson):
        code = folded("The code", "\n".join(python(cell["source"]) for cell in exhibit.shown)) if exhibit.shown else ""
        pictures = "\n".join(outputs(cell) for cell in exhibit.shown)
        parts.append(f"### {exhibit.title}\n\n{prose(exhibit.words, lesson, 'lessons/')}\n\n{pictures}\n{code}\n"
                     "[More in lesson "
                     f"{lesson.name.partition('_')[0]}](lessons/{lesson.name}.md#{anchor(exhibit.place)})\n")
    return "\n".join(parts)


def exhibits(lesson: Lesson) -> list[Exhibit]:
    """The exhibits in a lesson's section on bugs. If none of them has a heading, the whole section is one exhibit."""
    found: list[Exhibit] = []
    section, inside, waiting = "", False, False  # waiting: cells of code that come now belong to the last exhibit
    for cell, words in _sections(lesson):
        if cell["cell_type"] == "code":
            if waiting:
                found[-1].shown.append(cell)
            continue
        if words.startswith("## "):
            inside, section = bool(ROOM.match(words)), words.partition("\n")[0]
        first, *pieces = EXHIBIT.split(FOLDED.sub("", words)) if inside else [""]
        found += [_exhibit(piece, section) for piece in pieces]
        if first.startswith("## ") and not pieces and inside:
            found.append(Exhibit("The exhibit", section.lstrip("# "), first.partition("\n")[2].strip()))
            pieces = [first]
        waiting = bool(pieces)
    return found


def _sections(lesson: Lesson) -> Iterator[tuple[Cell, str]]:
    """The cells with their text. A cell of prose comes in pieces if a section begins in its middle."""
    for cell in cells(lesson):
        code = cell["cell_type"] == "code"
        yield from ((cell, words) for words in ([cell["source"]] if code else SECTION.split(cell["source"]))
                    if code or words)


def _exhibit(piece: str, section: str) -> Exhibit:
    head, _, words = piece.partition("\n")
    heading = head.startswith("### ")
    return Exhibit(head.strip("#* "), (head if heading else section).lstrip("# ").replace("`", ""), words.strip())
