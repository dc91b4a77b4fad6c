"""What the lessons share, and the parts of other pages that are about them: photographs, the list of lessons, the README's table."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from attention_lab.checking import recorded
from attention_lab.notebook.course_map import duration
from autograder.lessons.course import COURSE, LIST, ROOT, lessons, repository
from builder import first_cell

PHOTOS = COURSE / "attention_lab/photos"
PAGES = [ROOT / name for name in ("README.md", "docs/learners.md", "CITATION.cff", "course/pyproject.toml")]  # it writes parts of them


def build() -> None:
    """Write all of it."""
    copy_photographs()
    shutil.copyfile(LIST, COURSE / "attention_lab/course.toml")  # for the library, which draws the map of the course
    for page in PAGES:
        page.write_text(with_parts(page), encoding="utf-8")


def copy_photographs() -> None:
    """datasets/photos -> the library, with the card that names authors and licences."""
    PHOTOS.mkdir(exist_ok=True)
    for path in [*sorted((ROOT / "datasets/photos").glob("*.jpg")), ROOT / "datasets/photos/CARD.md"]:
        shutil.copyfile(path, PHOTOS / path.name)


def table() -> str:
    """The table of lessons in README.md."""
    rows = ["| lesson | what it adds | what you write | time |", "|---|---|---|---|"]
    for lesson in lessons():
        names = list(recorded.parts(COURSE / lesson.name / recorded.FOLDER))
        rows.append(f"| [{lesson.name.partition('_')[0]} {lesson.title}](course/{lesson.name}/{lesson.name}.ipynb) | {lesson.adds} | "
                    f"{', '.join(f'`{name}`' for name in names)} | {duration(lesson.minutes)} |")
    return "\n".join(rows)


def with_parts(page: Path) -> str:
    """A page of PAGES with the table of lessons, what it says about Colab, or the repository's address, as they are now."""
    name = repository()
    address = f"https://github.com/{name}" if name else ""
    written = {"lessons": table(), "colab": first_cell.elsewhere(name), "citation": f'repository-code: "{address}"' if name else "",
               "urls": f'[project.urls]\nRepository = "{address}"' if name else ""}
    return re.sub(r"(?s)((?:<!--|#) (\w+), written by the build(?: -->)?\n).*?(\n(?:<!--|#) /\2\b)",
                  lambda part: part[1] + written[part[2]] + part[3], page.read_text(encoding="utf-8"))
