"""The course's instrument: a picture under the hand, and what an attention module reads or lets through there.

It draws in the browser, from numbers that one output holds. Without scripts there is one still drawing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib.resources import files
from typing import Any

import torch
from torch import Tensor

from .inline import inline
from .own_picture import OwnPicture, pixels
from .style import INK, MAPS, OTHER, PAPER

TOP = 16  # keys of a query that are drawn
UNIT = 65535  # a weight is kept as a whole number of 1 / UNIT, of 1 / (UNIT / 4) where weights are larger than 1
WIDTH = {1: 460, 2: 330, 3: 250}  # of a panel, by how many stand side by side; four at most
COARSE = 40  # rows or columns of a map in which nobody is recognised
GAP, BOX, BAR, LINE = 6, 12, 14, 18  # heights: between parts, of a slot, of the bar, and of a title
LOOP = 0.4  # of a cell's width: a query that reads itself has a loop inside its cell
# A key is clear from a weight of 1 / CLEAR on, and an arc of weight 1 is THICK wide. Both grow with the weight itself.
CLEAR, THICK, DARK = 16, 22, 0.62

Weights = Tensor | Callable[[Tensor], Tensor]


@dataclass
class _Panel:
    """One picture of the drawing.

    weights: (N, K), what each query gives to each key; (rows, columns), a map; or (C,), gates of channels.
    size: width and height.
    grid: rows and columns of the queries.
    keys: rows and columns of the keys, or the names of slots that are no places.
    """

    name: str
    weights: Tensor
    size: tuple[int, int]
    at: tuple[int, int]
    grid: tuple[int, int] | None
    keys: tuple[int, int] | tuple[str, ...] | None

    @property
    def slots(self) -> list[str] | None:
        return [str(name) for name in self.keys] if self.keys and isinstance(self.keys[0], str) else None

    @cached_property
    def unit(self) -> int:
        return UNIT if self.weights.max() <= 1 else UNIT // 4

    @cached_property
    def largest(self) -> tuple[Tensor, Tensor]:
        """The keys to which each query gives most, and the weights as they are drawn, in steps of 1 / unit."""
        weights, keys = self.weights.sort(dim=1, descending=True, stable=True)
        return keys[:, :TOP], (weights[:, :TOP] * self.unit).round()

    def packed(self) -> dict[str, Any]:
        """What the script needs."""
        if self.grid is None:
            return {"says": self.says(0)}  # the same wherever the pointer is
        about = {"name": f"{self.name}: " if self.name else "", "unit": self.unit, "x": self.at[0], "y": self.at[1],
                 "width": self.size[0], "height": self.size[1], "rows": self.grid[0], "columns": self.grid[1]}
        if self.keys is None:
            return about | {"values": _packed(self.weights * self.unit)}
        keys, weights = self.largest
        named = {"slots": self.slots} if self.slots else {"key_rows": self.keys[0], "key_columns": self.keys[1]}
        return about | named | {"keys": _packed(keys), "weights": _packed(weights)}

    def holes(self, query: int) -> list[tuple[float, float, float, float, float]]:
        """The keys that a query reads: left, upper, width, height and weight of each."""
        assert self.keys is not None
        width, height = self.size
        found: list[tuple[float, float, float, float, float]] = []
        for key, steps in zip(*(part[query].tolist() for part in self.largest), strict=True):
            if self.slots:
                wide = width / len(self.slots)
                found.append((key * wide, height + GAP, wide, BOX, steps / self.unit))
            else:
                rows, columns = int(self.keys[0]), int(self.keys[1])
                row, column = divmod(key, columns)
                found.append((column * width / columns, row * height / rows, width / columns, height / rows,
                              steps / self.unit))
        return found

    def says(self, query: int) -> str:
        """What a caption says of the panel."""
        begin = f"{self.name}: " if self.name else ""
        if self.grid is None:
            best, worst = int(self.weights.argmax()), int(self.weights.argmin())
            return (f"{begin}{len(self.weights)} channels, most open {best} with {self.weights[best]:.2f}, least "
                    f"{worst} with {self.weights[worst]:.2f}")
        if self.keys is None:
            row, column = divmod(query, self.grid[1])
            return f"{begin}{self.weights[row, column]:.2f} at row {row}, column {column}"
        keys, steps = (part[query] for part in self.largest)
        read = steps[steps > 0]
        if len(read) > 1 and read.max() - read.min() <= 1:
            return f"{begin}{steps[0] / self.unit:.2f} from each of {len(read)}"
        key = int(keys[0])
        where = (self.slots[key] if self.slots
                 else "row {}, column {}".format(*divmod(key, int(self.keys[1]))))
        return (f"{begin}{steps[0] / self.unit:.2f} from {where}, {steps.sum() / self.unit:.2f} from the {len(keys)} "
                "largest")


def look(what: Weights | Mapping[str, Weights], picture: Tensor | OwnPicture, *, grid: tuple[int, int] | None = None,
         keys: tuple[int, int] | Sequence[str] | None = None, start: tuple[int, int] | None = None) -> None:
    """Displays a picture with what an attention module does at the position under the pointer, under a finger, or where
    the arrow keys lead.

    A row of weights is drawn as up to 16 arcs to the keys that get most. An arc is as wide as its weight; what is not
    read is dark. The bar below goes from 0 to 1 and holds the same weights side by side. A map is drawn as light, and
    gates of channels as bars.

    what: a tensor, or a function of the picture as a batch of one, (1, 3, H, W), that returns it; or several by name,
        which share one pointer. The tensor is one of
        (N, K): with `grid`, the weight that each of N positions gives to each of K keys; (heads, N, K) for several
        (h, w): without `grid`, a map from 0 to 1
        (C,): a gate for each channel, from 0 to 1.
        Axes of 1 in front are taken away.
    picture: (3, H, W) from 0 to 1, or the result of `my_picture`.
    grid: the rows and columns of the N positions.
    keys: the rows and columns of the K keys if they are places of the picture, or names if they are not, such as the
        slots of a memory (default: `grid`).
    start: row and column of the position at the beginning (default: the middle).

    Raises ValueError for other shapes, for negative weights, and for weights that do not fit the grid.
    """
    from IPython.display import display

    shown = pixels(picture)
    panels = _arranged(_views(what, picture), shown.shape[1:], grid, keys)
    rows, columns = next((panel.grid for panel in panels if panel.grid), (1, 1))
    row, column = start or (rows // 2, columns // 2)
    if not (0 <= row < rows and 0 <= column < columns):
        raise ValueError(f"start {(row, column)} is outside the {rows} x {columns} positions")
    said = "; ".join(panel.says(_query(panel, row / rows, column / columns)) for panel in panels)
    reads = any(panel.keys for panel in panels)
    caption = f"Row {row}, column {column} reads: {said}." if reads else f"{said}."
    if isinstance(picture, OwnPicture) and any(panel.keys is None and max(panel.grid or (0,)) > COARSE
                                               for panel in panels):
        raise ValueError(f"a map of more than {COARSE} rows or columns may show what is in your picture, and the "
                         "notebook would keep it: give a coarser one, or my_picture(..., keep=True)")
    # of a learner's own picture, an output holds no pixel: the page loads the file beside the notebook
    own = picture.file.as_posix() if isinstance(picture, OwnPicture) else ""
    hidden = f'<img hidden alt="" class="own" src="{escape(own)}">' if own else ""
    drawing = _drawing(panels, torch.full((3, 1, 1), 0.5) if own else shown, (row + 0.5) / rows,
                       (column + 0.5) / columns)
    source = f"data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}"
    given = ", ".join(json.dumps(each).replace("</", "<\\/") for each in (
        [panel.packed() for panel in panels], [(column + 0.5) / columns, (row + 0.5) / rows],
        {"clear": CLEAR, "thick": THICK, "gap": GAP, "box": BOX, "loop": LOOP}))
    script = files(__package__).joinpath("look.js").read_text(encoding="utf-8").strip()
    display({"text/html": f'<figure class="attention-lab-look" style="margin: 0"><img alt="{escape(caption)}" '
                          f'src="{source}" style="max-width: 100%">{hidden}<figcaption aria-live="polite">'
                          f'{escape(caption)}</figcaption><script>{script}({given});</script></figure>',
             "text/plain": caption}, raw=True)


def _views(what: Weights | Mapping[str, Weights], picture: Tensor | OwnPicture) -> dict[str, Tensor]:
    """Returns the weights by name, one head each."""
    found = {}
    for name, weights in (what.items() if isinstance(what, Mapping) else [("", what)]):
        if not isinstance(weights, Tensor):
            with torch.no_grad():
                weights = weights(pixels(picture)[None])
        if not isinstance(weights, Tensor):
            raise ValueError(f"{name or 'the function'} gives {type(weights).__name__}, not a tensor of weights")
        values = weights.detach().cpu().double()
        while values.ndim > 1 and len(values) == 1:
            values = values[0]
        if values.ndim not in (1, 2, 3) or not values.numel():
            raise ValueError(f"{name or 'weights'} must be (N, K), (heads, N, K), (h, w) or (C,), got "
                             f"{tuple(weights.shape)}")
        if not bool((values >= 0).all()) or not bool((values <= 4).all()):
            raise ValueError(f"{name or 'weights'} must be from 0 to 4, got {values.min():.3g} to {values.max():.3g}")
        if values.ndim < 3:
            found[name] = values
        else:
            found |= {f"{name} head {head}".strip(): each for head, each in enumerate(values)}
    return found


def _arranged(views: Mapping[str, Tensor], picture: Sequence[int], grid: tuple[int, int] | None,
              keys: tuple[int, int] | Sequence[str] | None) -> list[_Panel]:
    """Returns a panel for each view, side by side, at most four in a row."""
    count = len(views)
    beside = 2 if count == 4 else min(count, 4)
    width = WIDTH.get(beside, 190)
    height = round(width * picture[0] / picture[1])
    panels = []
    for place, (name, weights) in enumerate(views.items()):
        row, column = divmod(place, beside)
        at = column * (width + 20), LINE + row * (height + LINE + BAR + BOX + 3 * GAP)
        queries: tuple[int, int] | None = None
        seen: Any = None
        if weights.ndim == 2 and grid and len(weights) == math.prod(grid):
            queries, seen = grid, tuple(keys) if keys else grid
            count_of_keys = len(seen) if isinstance(seen[0], str) else math.prod(seen)
            if count_of_keys != weights.shape[1]:
                raise ValueError(f"{name or 'weights'} have {weights.shape[1]} keys, and `keys` {seen} are "
                                 f"{count_of_keys}")
        elif weights.ndim == 2 and grid:
            raise ValueError(f"{name or 'weights'} have {len(weights)} rows, and the grid {grid} has "
                             f"{math.prod(grid)} positions")
        elif weights.ndim == 2:
            queries = int(weights.shape[0]), int(weights.shape[1])
        panels.append(_Panel(name, weights, (width, height), at, queries, seen))
    return panels


def _query(panel: _Panel, y: float, x: float) -> int:
    """Returns the number of a panel's position. y, x: shares of the picture."""
    rows, columns = panel.grid or (1, 1)
    return int(y * rows) * columns + int(x * columns)


def _packed(values: Tensor) -> str:
    return base64.b64encode(values.round().to(torch.int32).numpy().astype("<u2").tobytes()).decode()


def _drawing(panels: Sequence[_Panel], picture: Tensor, y: float, x: float) -> str:
    """Returns the still drawing as SVG. y, x: where the query is, as shares of the picture."""
    wide = max(panel.at[0] + panel.size[0] for panel in panels)
    below = max((2 * GAP + BAR + (GAP + BOX) * bool(panel.slots) for panel in panels if panel.keys), default=GAP)
    high = max(panel.at[1] + panel.size[1] for panel in panels) + below
    data, crisp = inline(picture)
    # names of parts hold for the whole page, so that another drawing must have others
    own = hashlib.sha256(repr([data, [panel.packed() for panel in panels]]).encode()).hexdigest()[:8]
    width, height = panels[0].size
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {wide} {high}" width="{wide}" '
             f'height="{high}" font-family="system-ui, sans-serif" font-size="13" fill="{INK}">'
             f'<rect width="{wide}" height="{high}" fill="{PAPER}"/><defs><image class="picture" id="picture-{own}" '
             f'href="{data}" width="{width}" height="{height}" preserveAspectRatio="none"{crisp}/></defs>']
    for which, panel in enumerate(panels):
        left, top = panel.at
        parts.append(f'<g data-panel="{which}" transform="translate({left} {top})">'
                     f'<text y="-5">{escape(panel.name)}</text><use href="#picture-{own}"/>'
                     f'{_over(panel, f"{own}-{which}", _query(panel, y, x))}</g>')
    return "".join([*parts, "</svg>"])


def _over(panel: _Panel, own: str, query: int) -> str:
    """What is drawn over a panel's picture, and below it."""
    width, height = panel.size
    if panel.grid is None:
        return _gates(panel)
    rows, columns = panel.grid
    row, column = divmod(query, columns)
    x, y = (column + 0.5) * width / columns, (row + 0.5) * height / rows
    ring = (f'<circle class="ring" cx="{x:g}" cy="{y:g}" r="{max(6, 0.5 * width / columns):g}" fill="none" '
            'stroke="white" stroke-width="4"/>'
            f'<circle class="ring" cx="{x:g}" cy="{y:g}" r="{max(6, 0.5 * width / columns):g}" fill="none" '
            f'stroke="{INK}" stroke-width="2"/>')
    if panel.keys is None:
        closed, _ = inline((1 - panel.weights.clamp(max=1))[None].expand(3, -1, -1))
        return (f'<mask id="{own}"><image href="{closed}" width="{width}" height="{height}" '
                f'preserveAspectRatio="none" style="image-rendering: pixelated"/></mask>{_dark(panel, own)}{ring}')
    holes = panel.holes(query)
    clear = "".join(f'<rect class="hole" x="{left:g}" y="{top:g}" width="{wide:g}" height="{high:g}" fill="black" '
                    f'fill-opacity="{min(1, CLEAR * weight):.3f}"/>' for left, top, wide, high, weight in holes)
    arcs = "".join(f'<path class="arc" d="{_arc(x, y, left + wide / 2, top + high / 2, LOOP * width / columns)}" '
                   f'stroke-width="{THICK * weight:.2f}"/>' for left, top, wide, high, weight in holes)
    below, sum_, shares = height + GAP, 0.0, []
    slots = ""
    if panel.slots:
        wide = width / len(panel.slots)
        slots = "".join(f'<rect x="{key * wide:g}" y="{below}" width="{wide:g}" height="{BOX}" fill="white" '
                        f'stroke="{OTHER}" stroke-width="0.5"/>' for key in range(len(panel.slots)))
        below += BOX + GAP
    for *_, weight in holes:
        size = max(0.0, width * min(weight, 1 - sum_) - 0.5)
        shares.append(f'<rect class="share" x="{width * sum_:g}" y="{below}" width="{size:g}" height="{BAR}" '
                      f'fill="{MAPS}"/>')
        sum_ += weight
    bar = (f'<rect y="{below}" width="{width}" height="{BAR}" fill="white" stroke="{OTHER}" stroke-width="0.5"/>'
           f'{"".join(shares)}')
    return (f'<mask id="{own}"><rect width="{width}" height="{height}" fill="white"/>{clear}</mask>'
            f'{_dark(panel, own)}{slots}<g fill="none" stroke="{MAPS}" stroke-linecap="round" stroke-opacity="0.9" '
            f'pointer-events="none">{arcs}</g>{ring}{bar}')


def _dark(panel: _Panel, own: str) -> str:
    width, height = panel.size
    return f'<rect width="{width}" height="{height}" fill="black" fill-opacity="{DARK}" mask="url(#{own})"/>'


def _gates(panel: _Panel) -> str:
    """The gates of channels as bars from 0 to 1 over the lower part of the picture."""
    width, height = panel.size
    wide, high = width / len(panel.weights), height / 3
    bars = "".join(f'<rect x="{channel * wide:g}" y="{height - high * gate:g}" width="{max(0.5, 0.8 * wide):g}" '
                   f'height="{high * gate:g}" fill="{MAPS}"><title>channel {channel}: {gate:.2f}</title></rect>'
                   for channel, gate in enumerate(panel.weights.clamp(max=1).tolist()))
    return f'<rect y="{height - high:g}" width="{width}" height="{high:g}" fill="{PAPER}" fill-opacity="0.8"/>{bars}'


def _arc(x: float, y: float, to_x: float, to_y: float, loop: float) -> str:
    """The line from a query to a key; a loop if the key is the query."""
    if abs(to_x - x) + abs(to_y - y) < 1e-9:
        return f"M{x:g} {y:g} c{-loop:g} {-1.6 * loop:g} {loop:g} {-1.6 * loop:g} 0 0"
    return (f"M{x:g} {y:g} Q{(x + to_x) / 2 + 0.2 * (to_y - y):g} {(y + to_y) / 2 - 0.2 * (to_x - x):g} "
            f"{to_x:g} {to_y:g}")
