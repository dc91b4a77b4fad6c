"""The map of the course as a drawing: each lesson below those that it builds on. The site draws it, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from statistics import fmean
from textwrap import wrap

from ..checking.verdict.report import GOOD, OPEN

WIDTH, HEIGHT, GAP, RISE = 136, 64, 10, 34  # of a lesson's box, between two, and between two rows, px
LETTERS = 19  # in a line of a box
RADIUS = 6
ROUND = 2 * 3.1416 * RADIUS  # the length of a ring


@dataclass(frozen=True)
class Box:
    """A lesson on the map. link: where its page or notebook is, or None; part: how much of it is solved, from 0 to 1,
    or None where nobody solves anything; says: what a reader sees who points at it."""

    name: str
    title: str
    builds_on: Sequence[str]
    link: str | None
    part: float | None = None
    says: str = ""


def ring(x: float, y: float, part: float) -> str:
    """A ring around (x, y), in SVG, that is filled as far as a lesson is solved."""
    filled = (f'<circle cx="{x}" cy="{y}" r="{RADIUS}" fill="none" stroke="{GOOD}" stroke-width="3" '
              f'stroke-dasharray="{ROUND * part:.1f} {ROUND:.1f}" transform="rotate(-90 {x} {y})"/>') if part else ""
    return f'<circle cx="{x}" cy="{y}" r="{RADIUS}" fill="none" stroke="{OPEN}" stroke-width="1"/>{filled}'


def drawing(boxes: Sequence[Box], here: str = "") -> str:
    """Returns the map as SVG. here: the name of the lesson to mark. Lessons that are not given are left out, also as
    what others build on."""
    before: dict[str, set[str]] = {}
    depth: dict[str, int] = {}
    for box in boxes:  # in order: each comes after those that it builds on
        direct = [name for name in box.builds_on if name in before]
        before[box.name] = {*direct}.union(*(before[name] for name in direct))
        depth[box.name] = 1 + max((depth[name] for name in direct), default=-1)
    needed = {name: sorted(each for each in earlier if not any(each in before[other] for other in earlier))
              for name, earlier in before.items()}
    rows = [[box.name for box in boxes if depth[box.name] == row] for row in range(1 + max(depth.values(), default=-1))]
    across, down = max(map(len, rows), default=0) * (WIDTH + GAP) - GAP, len(rows) * (HEIGHT + RISE) - RISE
    places: dict[str, tuple[float, float]] = {}
    for number, row in enumerate(rows):
        row.sort(key=lambda name: fmean(places[each][0] for each in needed[name]) if needed[name] else 0)
        left = (across - len(row) * (WIDTH + GAP) + GAP) / 2
        places |= {name: (left + place * (WIDTH + GAP), number * (HEIGHT + RISE)) for place, name in enumerate(row)}
    lines = "".join(_line(places[each], places[name]) for name in places for each in needed[name])
    drawn = "".join(_box(box, *places[box.name], box.name == here) for box in boxes)
    wide, high = across + 4, down + 4  # with half of each line around it
    return ('<div class="scrolled" style="overflow-x:auto"><svg class="course-map" '
            f'viewBox="-2 -2 {wide} {high}" width="{wide}" height="{high}" role="group" '
            'aria-label="The map of the course: lessons, each below those that it builds on">'
            f"{lines}{drawn}</svg></div>")


def _box(box: Box, left: float, top: float, here: bool) -> str:
    words = [box.name.partition("_")[0], *wrap(box.title.partition(":")[0], LETTERS)]
    first = top + HEIGHT / 2 - 8 * (len(words) - 1) + 4
    bold = ' font-weight="bold"'
    text = " ".join(f'<tspan x="{left + WIDTH / 2}" y="{first + 16 * line}"{bold * (not line)}>{escape(word)}</tspan>'
                    for line, word in enumerate(words))
    says = f"<title>{escape(box.says)}</title>" if box.says else ""
    solved = "" if box.part is None else ring(left + WIDTH - 12, top + 12, box.part)
    inside = (f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" rx="6" '
              f'fill="var(--jp-layout-color0, Canvas)" stroke="currentColor" stroke-width="{3 if here else 1}"/>'
              f'<text fill="currentColor" font-size="13" '
              f'text-anchor="middle">{text}</text>{solved}{says}')
    current = ' class="here" aria-current="page"' if here else ""
    return f'<a href="{escape(box.link)}"{current}>{inside}</a>' if box.link else f"<g{current}>{inside}</g>"


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    """From below one box to above another."""
    (x, y), (to_x, to_y) = (start[0] + WIDTH / 2, start[1] + HEIGHT), (end[0] + WIDTH / 2, end[1])
    return (f'<path d="M{x} {y}C{x} {y + RISE} {to_x} {to_y - RISE} {to_x} {to_y}" fill="none" stroke="currentColor" '
            'stroke-opacity="0.5" stroke-width="1.5"/>')
