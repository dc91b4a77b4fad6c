"""The map of the course as a drawing: each lesson below those that it builds on, and a link to its page."""

from __future__ import annotations

from functools import cache
from html import escape
from statistics import fmean
from textwrap import wrap

from autograder.lessons.course import Lesson, lessons

WIDTH, HEIGHT, GAP, RISE = 136, 64, 10, 34  # of a lesson's box, between two, and between two rows, px
LETTERS = 19  # in a line of a box


def drawing(folder: str, here: str = "") -> str:
    """The map as SVG. folder: where the lessons' pages are, as seen from the page ("lessons/");
    here: the name of the lesson to mark."""
    listed = {lesson.name: lesson for lesson in lessons()}
    rows = [[name for name in listed if _depth(name) == depth] for depth in range(1 + max(map(_depth, listed)))]
    across, down = max(map(len, rows)) * (WIDTH + GAP) - GAP, len(rows) * (HEIGHT + RISE) - RISE
    places: dict[str, tuple[float, float]] = {}
    for depth, row in enumerate(rows):
        # below what it needs
        row.sort(key=lambda name: fmean(places[before][0] for before in _needed(name)) if depth else 0)
        left = (across - len(row) * (WIDTH + GAP) + GAP) / 2
        places |= {name: (left + place * (WIDTH + GAP), depth * (HEIGHT + RISE)) for place, name in enumerate(row)}
    lines = "".join(_line(places[before], places[name]) for name in listed for before in _needed(name))
    boxes = "".join(_box(listed[name], *place, folder, name == here) for name, place in places.items())
    wide, high = across + 4, down + 4  # with half of each line around it
    return (f'<div class="scrolled"><svg class="course-map" viewBox="-2 -2 {wide} {high}" width="{wide}" '
            f'height="{high}" '
            'role="group" aria-label="The map of the course: lessons, each below those that it builds '
            f'on">{lines}{boxes}</svg></div>')


def _box(lesson: Lesson, left: float, top: float, folder: str, here: bool) -> str:
    number = lesson.name.partition("_")[0]
    words = [number, *wrap(lesson.title.partition(":")[0], LETTERS)]
    first = top + HEIGHT / 2 - 8 * (len(words) - 1) + 4
    text = " ".join(f'<tspan x="{left + WIDTH / 2}" y="{first + 16 * line}">{escape(word)}</tspan>'
                    for line, word in enumerate(words))
    current = ' class="here" aria-current="page"' if here else ""
    return (f'<a href="{folder}{lesson.name}.html"{current}>'
            f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" rx="6"/><text>{text}</text></a>')


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    """From below one box to above another."""
    (x, y), (to_x, to_y) = (start[0] + WIDTH / 2, start[1] + HEIGHT), (end[0] + WIDTH / 2, end[1])
    return f'<path d="M{x} {y}C{x} {y + RISE} {to_x} {to_y - RISE} {to_x} {to_y}"/>'


@cache
def _before(name: str) -> frozenset[str]:
    """All lessons that must come before a lesson."""
    direct = next(lesson.builds_on for lesson in lessons() if lesson.name == name)
    return frozenset(direct).union(*map(_before, direct))


def _needed(name: str) -> list[str]:
    """The lessons that a lesson builds on, without those that another of them already builds on."""
    return [before for before in sorted(_before(name)) if not any(before in _before(other) for other in _before(name))]


@cache
def _depth(name: str) -> int:
    return 1 + max(map(_depth, _before(name)), default=-1)
