"""A lesson's notebook as a page: the cells that learners get, with the outputs of the solved notebook."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

from autograder.lessons.course import COURSE, NOTEBOOKS, Lesson
from autograder.outward import count
from builder.download import wheel_name
from docs.site.blocks import folded, html, python
from docs.site.lesson_map import drawing
from docs.site.predictions import form, keyed

Cell = dict[str, Any]

# Words before a cell that shows the answer to a guess. (What somebody looks at before a guess is another cell's.)
ASKS = re.compile(r"\b(?:Predict|Guess)\b|[Bb]efore you run (?!the second)|did you get right")
UNANSWERED = "Predict first: replace each"  # what a cell shows instead of numbers that somebody should predict
# What a run says while it lasts means nothing to somebody who does not run it.
PROGRESS = re.compile(r"Predict first: fill in|\w+: \d+ epochs|\d+ arms x \d+ seeds")
FIRST_CELL = "first-cell"  # of no use on a page that nobody runs
CHECK = re.compile(r"check\((\w+)\)")  # the whole of a graded cell
DEFINED = re.compile(r"(?m)^(?:def|class) (\w+)")
PREDICTED = re.compile(r"predicted = \{[^{}]*\}")  # the whole of a cell that asks for numbers
BOOK = "_lab_book"  # ends the name of a lab book's page


def anchor(title: str) -> str:
    """A heading's name in a link, as JupyterLab makes it."""
    return title.replace(" ", "-")


def cells(lesson: Lesson) -> list[Cell]:
    """The cells of the hand-out, each with the outputs of the same cell in the solved notebook.

    A check's verdict on our solution is left out. Raises ValueError if the two notebooks have different cells.
    """
    given, solved = (json.loads((folder / lesson.name / f"{lesson.name}.ipynb").read_text(encoding="utf-8"))["cells"]
                     for folder in (COURSE, NOTEBOOKS))
    if [cell["id"] for cell in given] != [cell["id"] for cell in solved]:
        raise ValueError(f"the two notebooks of {lesson.name} have different cells: `make build LESSON={lesson.name}` "
                         "makes both anew")
    for cell, run in zip(given, solved):
        cell["source"] = "".join(cell["source"])
        graded = cell["metadata"].get("nbgrader", {}).get("grade")
        cell["outputs"] = [] if graded else run.get("outputs", [])
    return [cell for cell in given if cell["id"] != FIRST_CELL]


def page(lesson: Lesson) -> str:
    """The lesson in MyST Markdown."""
    first, *rest = cells(lesson)
    title, _, words = first["source"].partition("\n")
    parts = [f"{title}\n\n{download(lesson)}\n{built(rest, lesson)}\n{prose(words, lesson)}"]
    asked = bool(ASKS.search(words))
    for cell, key in keyed(rest):
        if cell["cell_type"] == "markdown":
            parts.append(prose(cell["source"], lesson))
            asked = bool(ASKS.search(cell["source"]))
        elif cell["source"] == "course_map()":
            parts.append(folded("The map of the course", html(drawing("", lesson.name))))
        elif (said := only_in_notebook(cell)) is not None:
            parts.append(said)
        else:
            waits = any(UNANSWERED in text(output) for output in cell["outputs"])
            shown = outputs(cell, form(lesson.name, cell["source"], key) if waits else "")
            if shown and asked and not waits:
                shown, asked = folded("Write down your guess, then open what this cell shows", shown), False
            parts.append(code(cell) + shown)
            asked = asked or waits
    parts.append(f"[Mistakes that people make here](../atlas/{lesson.name}.md)")
    return "\n\n".join(parts) + "\n"


def built(of: list[Cell], lesson: Lesson) -> str:
    """What somebody will build, exercise by exercise, and in how many minutes."""
    names = ", ".join(f'<a href="#{_place(cell)}"><code>{DEFINED.search(cell["source"])[1]}</code></a>'
                      for cell in of if _place(cell))
    return html(f'<p class="build"><b>What you will build:</b> {names} '
                f'· <span data-minutes="{lesson.minutes}">about {lesson.minutes} minutes</span></p>')


def only_in_notebook(cell: Cell) -> str | None:
    """What a reader gets in place of a cell that does nothing on a page; None for any other cell."""
    source = cell["source"].strip()
    if source == "progress()":
        return ""
    if CHECK.fullmatch(source):
        points = cell["metadata"]["nbgrader"]["points"]
        said = f"In the notebook, <code>{source}</code> says whether it is right ({count(points, 'point')})."
    elif PREDICTED.fullmatch(source):
        said = "Predict first: the fields for your numbers are below, where the results are."
    else:
        return None
    return html(f'<p class="in-notebook">{said}</p>')


def _place(cell: Cell) -> str:
    """The name of an exercise in a link; "" of another cell."""
    about = cell["metadata"].get("nbgrader", {})
    return f"write-{about['grade_id']}" if about.get("solution") else ""


def prose(words: str, lesson: Lesson, folder: str = "") -> str:
    """A cell's Markdown, in which the addresses of drawings, lessons and pages beside the notebook are the site's.
    folder: of the lessons, as seen from the page."""
    words = re.sub(r"(?<!!)\[([^\]]+)\]\((\w+\.html)\)", rf'<a href="{folder}{lesson.name}/\2">\1</a>', words)
    words = words.replace("](figures/", f"]({folder}{lesson.name}/figures/")
    words = words.replace("](lab_book.md", f"]({folder}{lesson.name}{BOOK}.md")
    return re.sub(r"\]\(\.\./(\w+)/\1\.ipynb", rf"]({folder}\1.md", words)


def book(lesson: Lesson) -> str:
    """The lesson's lab book in MyST Markdown."""
    text = (COURSE / lesson.name / "lab_book.md").read_text(encoding="utf-8")
    title, _, words = text.partition("\n")
    return f"---\norphan: true\n---\n\n{title}\n\n[Back to the lesson]({lesson.name}.md)\n{prose(words, lesson)}"


def code(cell: Cell) -> str:
    """A cell's code."""
    place = _place(cell)
    begin = (f'<div class="cell exercise" id="{place}">\n<p class="label">Exercise: fill the gap in the notebook</p>'
             if place else '<div class="cell">')
    return f'{begin}\n\n{python(cell["source"])}\n</div>\n\n'


def outputs(cell: Cell, prediction: str = "") -> str:
    """What a cell showed, as raw HTML, or "" if it showed nothing.
    prediction: HTML that replaces the first request to predict first. Results in a fold stay below it."""
    parts = []
    for output in cell["outputs"]:
        if PROGRESS.match(text(output)):
            continue
        waits = UNANSWERED in text(output)
        parts += [prediction] * waits + [_html(output)] * (not waits or "<details" in _html(output))
        prediction = "" if waits else prediction
    shown = "\n".join(parts)
    return html(f'<div class="output">\n{shown}\n</div>') if shown else ""


def _html(output: dict[str, Any]) -> str:
    rich = "".join(output.get("data", {}).get("text/html", ""))
    return rich or f"<pre>{escape(text(output))}</pre>"


def text(output: dict[str, Any]) -> str:
    """An output as plain text. Raises KeyError if it has no plain text, as the output of an error has none."""
    return "".join(output["text"] if output["output_type"] == "stream" else output["data"]["text/plain"])


def download(lesson: Lesson) -> str:
    """Buttons that download the lesson and the library. (A link to Colab stands in the notebook, if the course has an
    address.)"""
    files = {"this lesson": f"{lesson.name}.ipynb", "the library": wheel_name()}
    return html('<p class="buttons">' + " ".join(
        f'<a class="button" href="../downloads/{file}" download>Download {what}</a>' for what, file in files.items())
        + "</p>")
