"""Draws a student's page: one file of at most LARGEST bytes. It loads nothing, has no script, and can be read on light,
dark and narrow screens."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.classroom.feedback.content import Cell, Content
from autograder.classroom.final_mark import format_points
from autograder.classroom.nbgrader_plugin.harmless import short
from autograder.outward import count, named, on_terminal

LARGEST = 2_000_000  # bytes: what a mail server, a learning platform and a telephone take
BEHIND = 200  # bytes that may be written behind the page: see nbgrader_plugin.made_from
REST = "<p><em>The rest is in the notebook that you handed in.</em></p>"
LIGHT, DARK = "xcode", "github-dark"  # styles of Pygments that can be read by everyone


def page(content: Content) -> str:
    """Returns the HTML of the page. If it gets too long, the last cells of the whole notebook are left out, and the
    page says so."""
    begin = _template().render(content=content, cells=[])
    left = LARGEST - BEHIND - len(begin.encode())
    cells: list[Markup] = []
    for cell in map(_cell_html, content.cells):
        left -= len(cell.encode())
        if left < len(REST):
            cells.append(Markup(REST))
            break
        cells.append(cell)
    return _template().render(content=content, cells=cells)


def _cell_html(cell: Cell) -> Markup:
    return Markup(f"<div>{cell.html}</div>\n") if cell.html else code(cell.code) if cell.code.strip() else Markup()


def code(source: str) -> Markup:
    """A learner's code, coloured. It can be scrolled by keyboard."""
    plain = on_terminal(short(source), lines=True)
    return Markup('<pre tabindex="0">{}</pre>\n').format(Markup(highlight(plain, _lexer(), _formatter(LIGHT))))


def prose(text: str) -> Markup:
    """A sentence of a report, with `code` where it has backquotes. A learner's own backquotes stay what they are."""
    pieces = on_terminal(text).split("`")
    if len(pieces) % 2 == 0:
        return Markup(escape(on_terminal(text)))
    return Markup("").join(Markup("<code>{}</code>").format(piece) if i % 2 else piece
                           for i, piece in enumerate(pieces))


def points(value: float) -> str:
    """Formats a number of points with its noun: 1 point, 2.5 points."""
    return count(round(value, 2), "point")


@cache
def _lexer() -> PythonLexer:
    return PythonLexer(stripnl=False)


@cache
def _formatter(style: str) -> HtmlFormatter:
    return HtmlFormatter(style=style, nowrap=True)


@cache
def _template() -> Template:
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True,
                              undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)
    environment.filters |= {"code": code, "prose": prose, "points": points, "shown": format_points,
                            "plain": on_terminal, "named": named,
                            "ours": Markup}
    environment.globals |= {name: Markup(_formatter(style).get_style_defs("pre"))
                            for name, style in (("light", LIGHT), ("dark", DARK))}
    return environment.get_template("page.html")
