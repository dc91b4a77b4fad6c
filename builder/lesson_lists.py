"""Builds the library's list of lessons, and the parts of other pages that are about lessons, such as the README's
table."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from attention_lab.checking.known import recorded
from attention_lab.notebook.course_map import duration
from autograder.lessons.course import COURSE, LIST, NOTEBOOKS, ROOT, files_of, lessons, plans, repository, ways
from autograder.lessons.topics import topic
from builder import first_cell, versions

PAGES = [ROOT / name for name in (  # it writes parts of them
    "README.md", "docs/learners.md", "docs/instructors.md", "docs/versions.md", "CITATION.cff",
    "course/pyproject.toml")]


def build() -> None:
    """Writes all of these files and parts."""
    shutil.copyfile(LIST, COURSE / "attention_lab/course.toml")  # for the library, which draws the map of the course
    for page in PAGES:
        if (text := with_parts(page)) != page.read_text(encoding="utf-8"):  # make installs a newer pyproject.toml again
            page.write_text(text, encoding="utf-8")


def table() -> str:
    """The table of lessons in docs/learners.md."""
    rows = ["| lesson | what it adds | time |", "|---|---|---|"]
    rows += [f"| [{lesson.name.partition('_')[0]} {lesson.title}](../course/{lesson.name}/{lesson.name}.ipynb) | "
             f"{lesson.adds} | {duration(lesson.minutes)} |" for lesson in lessons()]
    return "\n".join(rows)


def titles() -> str:
    """The lessons in README.md. A link leads to the solved notebook, which has pictures."""
    return "\n".join(f"- [{lesson.name.partition('_')[0]} {lesson.title.partition(':')[0]}]({_link(lesson.name)})"
                     for lesson in lessons())


def _link(lesson: str) -> str:
    return (NOTEBOOKS / lesson / f"{lesson}.ipynb").relative_to(ROOT).as_posix()


def look(name: str) -> str:
    """The ways in that README.md names first. name: the repository's; empty as long as it is not published."""
    owner, _, project = name.partition("/")
    solved = f"[lesson 01, solved]({_link('01_se')})"
    if not name:
        return (f"- **Look:** {solved}; `make site` writes all lessons as web pages to `work/site/html`.\n"
                "- **Try:** each lesson is also a single notebook that needs only the library beside it; `make site` "
                "writes both to `work/site/html/downloads`.\n"
                "- **Work:** `make lab` in a clone. (`git clone --depth 1` downloads 126 MB less.)")
    return (f"- **Look:** [all lessons as web pages](https://{owner.lower()}.github.io/{project}/), or {solved}.\n"
            f"- **Try:** [lesson 01 in Colab]({first_cell.link('01_se', name)}), or the course "
            f"[in a container](https://codespaces.new/{name}), which opens JupyterLab.\n"
            f"- **Work:** `git clone --depth 1 https://github.com/{name}`, and `make lab` in it.")


def paths() -> str:
    """The ways through the course, in docs/learners.md."""
    rows = ["| if you have | take | and learn | time |", "|---|---|---|---|"]
    short = {lesson.name: lesson.name.partition("_")[0] for lesson in lessons()}
    for way in ways():
        rows.append(f"| one {way.name} | {', '.join(short[name] for name in way.lessons)} | {way.says} | "
                    f"{_hours(way.minutes)} |")
    all_of_it = _hours(sum(lesson.minutes for lesson in lessons()))
    rows.append(f"| all the time that it takes | everything | every module, and the electives | {all_of_it} |")
    return "\n".join(rows)


def term() -> str:
    """Returns the plans for a class, for docs/instructors.md: what is done in each week, and how long it takes."""
    by_name = {lesson.name: lesson for lesson in lessons()}
    tables = []
    for weeks in plans():
        chosen = [by_name[name] for week in weeks for name in week]
        rows = [f"**{len(weeks)} weeks, {_hours(sum(lesson.minutes for lesson in chosen))} of a student's time.**", "",
                "| week | lessons | hours | points |", "|---|---|---|---|"]
        for number, week in enumerate(weeks, 1):
            each = [by_name[name] for name in week]
            titles = "; ".join(f"{lesson.name.partition('_')[0]} {lesson.title}" for lesson in each)
            points = sum(part.points for lesson in each
                         for part in recorded.parts(files_of(lesson.name) / recorded.FOLDER).values())
            rows.append(f"| {number} | {titles} | {duration(sum(lesson.minutes for lesson in each))} | {points:g} |")
        tables.append("\n".join(rows))
    return "\n\n".join(tables)


def _hours(minutes: int) -> str:
    """Formats a time in half hours, as people say it."""
    halves = round(minutes / 30)
    return f"about {halves // 2}{' ½' * (halves % 2)} hours".replace(" ½", "½")


def known_mistakes() -> int:
    """Returns the number of known mistakes in all lessons."""
    return sum(len(topic(lesson.topic).mistakes) for lesson in lessons())


def with_parts(page: Path) -> str:
    """Returns a page of PAGES with its generated parts up to date: the table of lessons, the text about Colab, or the
    repository's address."""
    name = repository()
    address = f"https://github.com/{name}" if name else ""
    written = {"look": look(name), "titles": titles(), "lessons": table(), "paths": paths(), "plans": term(),
               "versions": versions.table(), "colab": first_cell.elsewhere(name),
               "citation": f'repository-code: "{address}"' if name else "",
               "urls": f'[project.urls]\nRepository = "{address}"' if name else ""}
    text = re.sub(r"It knows [\d,]+ mistakes", lambda _: f"It knows {known_mistakes():,} mistakes", page.read_text(
        encoding="utf-8"))
    return re.sub(r"(?s)((?:<!--|#) (\w+), written by the build(?: -->)?\n).*?(\n(?:<!--|#) /\2\b)",
                  lambda part: part[1] + written[part[2]] + part[3], text)
