"""The parts of a drawing that follows sliders: cells, bars, points, and one picture that wipes another.

Each function turns numbers into SVG. For the numbers of another position it makes the same elements with other
attributes, so that a script only has to set what differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import repeat
from typing import NamedTuple

import torch
from torch import Tensor

from .inline import inline
from .style import ALERT, FEATURES, INK, MAPS, OTHER, PAPER, numbers

SIDE, LINE, EDGE, BAR = 150, 20, 8, 24  # px: height of a panel, of a line of text, the space around, width of a bar


class Panel(NamedTuple):
    """A part of a drawing, as SVG elements, and its width and height."""

    svg: str
    width: float
    height: float

    def drawing(self) -> str:
        """Returns the whole drawing."""
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" '
                f'width="{self.width:g}" height="{self.height:g}" font-family="system-ui, sans-serif" font-size="13" '
                f'fill="{INK}"><rect width="{self.width:g}" height="{self.height:g}" fill="{PAPER}"/>{self.svg}</svg>')


def cells(values: Tensor, title: str, *, high: float = 1, colour: str = MAPS, side: float = SIDE,
          ring: tuple[float, float, float, float] | None = None, around: str = "") -> Panel:
    """Draws a picture or a map with one pixel for each of its cells.

    values: a picture, (3, H, W) from 0 to 1, or a map, (H, W). A map is white at 0, and has `colour` at `high` and a
        reddish one at -high; what is no number is grey.
    side: the height of the picture.
    ring: row, column, height and width of what is framed, in cells.
    around: the colour of a wide edge.
    """
    values = numbers(values, title)
    image = values.clamp(0, 1) if values.ndim == 3 else _painted(values / high, colour)
    address, enlarged = inline(image)
    rows, columns = image.shape[1:]
    cell = side / rows
    wide = columns * cell
    frame = "" if ring is None else "".join(
        f'<rect x="{EDGE + ring[1] * cell:g}" y="{LINE + EDGE + ring[0] * cell:g}" width="{ring[3] * cell:g}" '
        f'height="{ring[2] * cell:g}" fill="none" stroke="{ink}" stroke-width="{thick}"/>'
        for ink, thick in (("white", 4), (INK, 1.5)))
    edge = EDGE / 2 if around else 0.5
    return Panel(f'{_title(title)}<rect x="{EDGE - edge:g}" y="{LINE + EDGE - edge:g}" width="{wide + 2 * edge:g}" '
                 f'height="{side + 2 * edge:g}" fill="{around or OTHER}"/>'
                 f'<image x="{EDGE}" y="{LINE + EDGE}" width="{wide:g}" height="{side:g}" href="{address}" '
                 f'preserveAspectRatio="none"{enlarged}/>{frame}',
                 max(wide, _wide(title)) + 2 * EDGE, side + LINE + 2 * EDGE)


def lit(picture: Tensor, seen: Tensor, title: str, ring: tuple[int, int] | None = None, side: float = 200) -> Panel:
    """Draws a picture, (3, H, W) from 0 to 1, and darkens the cells that are not seen.

    seen: (rows, columns), how much of each cell is seen, from 0 to 1; or bool.
    ring: row and column of the cell with a frame.
    """
    address, enlarged = inline(numbers(picture, title))
    rows, columns = seen.shape
    wide = side * picture.shape[2] / picture.shape[1]
    width, height = wide / columns, side / rows
    dark = "".join(f'<rect x="{EDGE + column * width:g}" y="{LINE + EDGE + row * height:g}" width="{width:g}" '
                   f'height="{height:g}" fill-opacity="{0.65 * (1 - float(seen[row, column])):.3g}"/>'
                   for row in range(rows) for column in range(columns))
    frame = ring and (f'<rect x="{EDGE + ring[1] * width:g}" y="{LINE + EDGE + ring[0] * height:g}" '
                      f'width="{width:g}" height="{height:g}" fill="none" stroke="{MAPS}" stroke-width="3"/>')
    return Panel(f'{_title(title)}<image x="{EDGE}" y="{LINE + EDGE}" width="{wide:g}" height="{side:g}" '
                 f'href="{address}" preserveAspectRatio="none"{enlarged}/><g fill="#000000" '
                 f'shape-rendering="crispEdges">{dark}</g>{frame or ""}',
                 max(wide, _wide(title)) + 2 * EDGE, side + LINE + 2 * EDGE)


def bars(values: Tensor, names: Sequence[str], title: str, *, high: float = 1, colours: Sequence[str] = (MAPS,),
         said: Sequence[str] | None = None, lines: Sequence[float] = ()) -> Panel:
    """Draws numbers from 0 to `high` as bars.

    values: (N,).
    names: one below each bar.
    colours: one for each bar, or one for all.
    said: what is written above each bar (default: its number).
    lines: heights of dashed lines.

    Raises ValueError for another number of values than of names.
    """
    values = numbers(values, title)
    if values.shape != (len(names),):
        raise ValueError(f"{title} must be ({len(names)},), a number for each of {', '.join(names)}; got "
                         f"{tuple(values.shape)}")
    step = max(BAR, 8 + max(_wide(name) for name in (*names, *(said or ["0.00"]))))
    base, tall = LINE + SIDE - EDGE, SIDE - LINE - EDGE
    wide = max(step * len(names), _wide(title))
    parts = [_title(title)]
    parts += [f'<path d="M{EDGE} {base - tall * line / high:g} h{wide:g}" stroke="{OTHER}" stroke-dasharray="4 3"/>'
              for line in lines]
    each = zip(values.tolist(), names, said or [f"{value:.2f}" for value in values],
               colours if len(colours) > 1 else repeat(colours[0]), strict=False)
    for place, (value, name, words, colour) in enumerate(each):
        middle, height = EDGE + (place + 0.5) * step, tall * min(1, max(0, value / high))
        parts.append(f'<rect x="{middle - 0.35 * step:g}" y="{base - height:.2f}" width="{0.7 * step:g}" '
                     f'height="{height:.2f}" fill="{colour}"/><text x="{middle:g}" y="{base - height - 4:.2f}" '
                     f'text-anchor="middle" font-size="12">{escape(words)}</text><text x="{middle:g}" '
                     f'y="{base + 15}" text-anchor="middle" font-size="12">{escape(name)}</text>')
    parts.append(f'<path d="M{EDGE} {base} h{wide:g}" stroke="{INK}"/>')
    return Panel("".join(parts), wide + 2 * EDGE, SIDE + LINE + 2 * EDGE)


def points(values: Tensor, title: str, *, high: float, line: float) -> Panel:
    """Draws numbers from 0 to `high` as points from left to right, with a dashed line at one height.

    values: (N,); what is no number is left out.
    """
    base, tall, step = LINE + SIDE - EDGE, SIDE - LINE - EDGE, BAR
    wide = max(step * len(values), _wide(title))
    dots = "".join(f'<circle cx="{EDGE + (place + 0.5) * step:g}" cy="{base - tall * max(0, value) / high:.2f}" r="5" '
                   f'fill="{FEATURES}" fill-opacity="{int(known)}"/><text x="{EDGE + (place + 0.5) * step:g}" '
                   f'y="{base + 15}" text-anchor="middle" font-size="12">{place + 1}</text>'
                   for place, (value, known) in enumerate(zip(values.nan_to_num(0).tolist(), ~values.isnan(),
                                                              strict=True)))
    return Panel(f'{_title(title)}<path d="M{EDGE} {base - tall * line / high:.2f} h{wide:g}" stroke="{ALERT}" '
                 'stroke-width="1.5" stroke-dasharray="5 3"/>'
                 f'<path d="M{EDGE} {base} h{wide:g}" stroke="{INK}"/>{dots}',
                 wide + 2 * EDGE, SIDE + LINE + 2 * EDGE)


def wipe(before: Tensor, after: Tensor, share: float, title: str, side: float = 240) -> Panel:
    """Draws a picture, and over its left part, a share of its width, another one. Both are (3, H, W) from 0 to 1."""
    below, above = (inline(numbers(picture, title).clamp(0, 1)) for picture in (before, after))
    wide = side * before.shape[2] / before.shape[1]
    line = EDGE + share * wide
    picture = '<image href="{0}" x="0" y="0" width="{2:g}" height="{3:g}" preserveAspectRatio="none"{1}/>'
    return Panel(f'{_title(title)}<svg x="{EDGE}" y="{LINE + EDGE}" width="{wide:g}" height="{side:g}" class="wipe">'
                 f'{picture.format(*below, wide, side)}</svg><svg x="{EDGE}" y="{LINE + EDGE}" '
                 f'width="{share * wide:g}" height="{side:g}">{picture.format(*above, wide, side)}</svg>'
                 f'<rect x="{line - 1:g}" y="{LINE + EDGE}" width="2" height="{side:g}" fill="{PAPER}"/>',
                 max(wide, _wide(title)) + 2 * EDGE, side + LINE + 2 * EDGE)


def hexadecimal(colour: Tensor) -> str:
    """Returns a colour (3,) from 0 to 1 as #RRGGBB."""
    return "#" + "".join(f"{round(255 * value):02X}" for value in colour.clamp(0, 1).tolist())


def _title(words: str) -> str:
    return f'<text x="{EDGE}" y="{LINE - 3}">{escape(words)}</text>'


def _wide(words: str) -> float:
    """About how wide words are, in pixels."""
    return 7 * len(words)


def _painted(levels: Tensor, colour: str) -> Tensor:
    """Returns the colours of levels from -1 to 1, (H, W) -> (3, H, W)."""
    up, down, unknown = (torch.tensor([int(each[i:i + 2], 16) / 255 for i in (1, 3, 5)])[:, None, None]
                         for each in (colour, ALERT, OTHER))
    known = levels.nan_to_num(0).clamp(-1, 1)
    return torch.where(levels.isnan(), unknown, 1 - known.clamp(min=0) * (1 - up) + known.clamp(max=0) * (1 - down))
