"""Turns a cell of Markdown into HTML that needs nothing else. Its pictures are part of the HTML, and the formulas of a
lesson's own text are MathML.

A learner's text has been made harmless before it comes here (see nbgrader_plugin.harmless). Its formulas stay as they
were typed.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from autograder.classroom.feedback.formulas import with_formulas
from autograder.classroom.nbgrader_plugin.harmless import render_markdown
from autograder.intake.folders import TooMuch
from autograder.intake.plain_file import read_plain
from autograder.lessons.course import released_folder
from autograder.outward import on_terminal

LARGEST = 400_000  # bytes of one picture
# how a learner's own picture begins
MADE_OF = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp"}
EMBEDDED = re.compile(r"data:image/(png|jpeg|gif|webp);base64,")
FindPicture = Callable[[str], str | None]  # a picture's address to one that holds the picture; None if it is not shown


@lru_cache(maxsize=1024)  # all of a class were handed out the same
def released_text(source: str, lesson: str) -> str:
    """A cell as it was handed out, with the figures of the lesson's folder."""
    soup = BeautifulSoup(render_markdown(new_markdown_cell(source)), "html.parser")
    with_formulas(soup)
    _embed(soup, lambda address: _figure(released_folder(lesson), address))
    _readable(soup)
    return str(soup)


def learners_text(cell: NotebookNode, folder: Path, lesson: str) -> str:
    """Returns a cell that a learner wrote or changed, with the lesson's figures and with the learner's own pictures.
    The learner's pictures are in `folder`, beside the notebook. No sign turns the direction of the text."""
    soup = BeautifulSoup(render_markdown(cell), "html.parser")
    _embed(soup, lambda address: _figure(released_folder(lesson), address) or _own_picture(folder, address))
    _readable(soup)
    return on_terminal(str(soup), lines=True)


def _readable(soup: BeautifulSoup) -> None:
    """Mends what Markdown writes and people without a mouse or a screen can't use: code that only a mouse can scroll,
    and column headings that say nothing."""
    for wide in soup.select("pre, table, .formula"):
        wide["tabindex"] = "0"
    for heading in soup.find_all("th"):
        if not heading.get_text(strip=True):
            heading.name = "td"


def _embed(soup: BeautifulSoup, find: FindPicture) -> None:
    for picture in soup.find_all("img"):
        address = str(picture.get("src", ""))
        inside = address if EMBEDDED.match(address) and len(address) <= LARGEST * 4 // 3 else find(unquote(address))
        if inside:
            picture["src"] = inside
        else:
            picture.replace_with(_instead(picture))


def _instead(picture: Tag) -> Tag:
    text = BeautifulSoup("<em></em>", "html.parser").em
    assert text
    text.string = f"[picture: {picture.get('alt') or 'it is in the notebook that was handed in'}]"
    return text


def _figure(lesson: Path, address: str) -> str | None:
    """One of the lesson's own drawings."""
    figure = next((file for file in (lesson / "figures").glob("*.svg") if f"figures/{file.name}" == address), None)
    return f"data:image/svg+xml;base64,{b64encode(figure.read_bytes()).decode()}" if figure else None


def _own_picture(folder: Path, address: str) -> str | None:
    """Returns a learner's picture if its first bytes are those of a picture, whatever its name says. The picture must
    be below `folder`, and no link may lead to it."""
    path = folder / address
    if not address or ".." in path.parts or path.resolve() != folder.resolve() / address:
        return None
    try:
        data = read_plain(path, LARGEST)
    except (OSError, ValueError, TooMuch):
        return None
    kind = next((kind for begin, kind in MADE_OF.items() if data.startswith(begin)), None)
    return f"data:image/{kind};base64,{b64encode(data).decode()}" if kind else None
