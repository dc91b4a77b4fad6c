"""The course's instrument: a picture under the hand, and what an attention module reads or lets through there.

It draws in the browser, from numbers that one output holds. Without scripts there is one still drawing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib.resources import files
from typing import Any
from urllib.parse import quote

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..shell import put
from .inline import inline
from .own_picture import OwnPicture, pixels, tensor_of
from .style import INK, MAPS, OTHER, PAPER

TOP = 16  # keys of a query to which arcs lead
LIGHT = 1 << 20  # numbers of light in one output: of more keys, those side by side share the light of the lightest
WIDTH = {1: 460, 2: 330, 3: 250}  # of a panel, by how many stand side by side; four at most
MOST = 16  # panels
COARSE = 40  # rows or columns of a map in which nobody is recognised
GAP, BOX, BAR, LINE = 6, 12, 14, 18  # heights: between parts, of a slot, of the bar, and of a title
LOOP = 0.4  # of a cell's width: a query that reads itself has a loop inside its cell
THICK, DARK = 22, 0.62  # the arcs of a query are THICK wide together; DARK covers what gets no weight
EQUAL = 1e-5  # weights that differ by less, as a share of the larger one, are called equal

Grid = tuple[int, int]


@dataclass
class _Panel:
    """One picture of the drawing.

    weights: (N, K), what each query gives to each key; (rows, columns), a map; or (C,), gates of channels.
    size: width and height.
    grid: rows and columns of the queries.
    keys: rows and columns of the keys, or the names of slots that are no places.
    room: how many numbers of light there may be.
    """

    name: str
    weights: Tensor
    size: tuple[int, int]
    at: tuple[int, int]
    grid: Grid | None
    keys: Grid | tuple[str, ...] | None
    room: int

    @property
    def slots(self) -> list[str] | None:
        return [str(name) for name in self.keys] if self.keys and isinstance(self.keys[0], str) else None

    @cached_property
    def rows(self) -> dict[str, Tensor]:
        """Of each query: the keys that get most, largest first, and the weights of those to which an arc leads (0 where
        none does: of keys that get the same, all are drawn or none), its largest weight, how many keys get that, and
        its mean."""
        weights, keys = self.weights.sort(dim=1, descending=True, stable=True)
        most, drawn = weights[:, :1], weights[:, :TOP]
        next_one = weights[:, TOP:TOP + 1] if weights.shape[1] > TOP else torch.zeros_like(most)
        return {"keys": keys[:, :TOP], "weights": drawn * (drawn * (1 - EQUAL) > next_one), "most": most[:, 0],
                "equal": (weights >= most * (1 - EQUAL)).sum(1), "means": weights.mean(1)}

    @cached_property
    def light(self) -> tuple[Tensor, int]:
        """Returns the light on the keys, from 0 to 255, which is each query's lightest, (N, rows, columns), and how
        many keys share it in each direction, so that there are at most `room` numbers."""
        assert self.keys is not None
        rows, columns = map(int, self.keys)
        side = next(side for side in range(1, max(rows, columns) + 1) if side == max(rows, columns)
                    or len(self.weights) * -(-rows // side) * -(-columns // side) <= self.room)
        light = (self.weights / self.rows["most"].clamp(min=1e-30)[:, None]).unflatten(1, (rows, columns))
        return (255 * F.max_pool2d(light, side, ceil_mode=True)).round().byte(), side

    def packed(self) -> dict[str, Any]:
        """What the script needs."""
        if self.grid is None:
            return {"says": self.says(0)}  # the same wherever the pointer is
        about = {"name": f"{self.name}: " if self.name else "", "x": self.at[0], "y": self.at[1],
                 "width": self.size[0], "height": self.size[1], "rows": self.grid[0], "columns": self.grid[1]}
        if self.keys is None:
            return about | {"values": _packed(self.weights, "<f4"), "lightest": self.lightest}
        about |= {name: _packed(part, "<f4" if part.is_floating_point() else "<u2") for name, part in self.rows.items()}
        about |= {"count": self.weights.shape[1], "top": self.rows["keys"].shape[1]}
        if self.slots:
            return about | {"slots": self.slots}
        light, side = self.light
        return about | {"key_rows": self.keys[0], "key_columns": self.keys[1], "light": _packed(light, "u1"),
                        "side": side}

    def read(self, query: int) -> list[tuple[float, float, float, float, float]]:
        """The keys to which arcs lead: left, upper, width, height and weight of each."""
        assert self.keys is not None
        width, height = self.size
        found: list[tuple[float, float, float, float, float]] = []
        for key, weight in zip(*(self.rows[part][query].tolist() for part in ("keys", "weights")), strict=True):
            if self.slots:
                wide = width / len(self.slots)
                found.append((key * wide, height + GAP, wide, BOX, weight))
            else:
                rows, columns = int(self.keys[0]), int(self.keys[1])
                row, column = divmod(key, columns)
                found.append((column * width / columns, row * height / rows, width / columns, height / rows, weight))
        return found

    @cached_property
    def lightest(self) -> str:
        """What a caption says of a map's lightest place."""
        most, mean = self.weights.max().item(), self.weights.mean().item()
        if self.weights.min() >= most * (1 - EQUAL):
            return "equal everywhere"
        row, column = divmod(int(self.weights.argmax()), self.weights.shape[1])
        share = "an equal share" if abs(mean * self.weights.numel() - 1) < 0.01 else "the mean"
        return f"lightest: {_number(most)} at row {row}, column {column}, {_times(most / mean)} times {share}"

    def says(self, query: int) -> str:
        """What a caption says of the panel."""
        begin = f"{self.name}: " if self.name else ""
        if self.grid is None:
            best, worst = int(self.weights.argmax()), int(self.weights.argmin())
            most, least = self.weights[best].item(), self.weights[worst].item()
            return f"{begin}{len(self.weights)} channels, " + (
                f"all with {_number(most)}" if least >= most * (1 - EQUAL)
                else f"most open {best} with {_number(most)}, least {worst} with {_number(least)}")
        if self.keys is None:
            row, column = divmod(query, self.grid[1])
            return f"{begin}{_number(self.weights[row, column].item())} at row {row}, column {column} ({self.lightest})"
        keys, weights, largest, equal, mean = (part[query] for part in self.rows.values())
        if not largest:
            return f"{begin}nothing"
        key, drawn = int(keys[0]), int((weights > 0).sum())
        where = (f"each of {equal}" if equal > 1 else self.slots[key] if self.slots
                 else "row {}, column {}".format(*divmod(key, int(self.keys[1]))))
        lightest = ("equal shares" if equal == self.weights.shape[1]
                    else f"lightest: {_times((largest / mean).item())} times an equal share")
        others = f", {_number(weights.sum().item())} from the {drawn} largest" if drawn > equal else ""
        return f"{begin}{_number(largest.item())} from {where} ({lightest}){others}"


def _number(value: float) -> str:
    return f"{value:.2f}" if value >= 0.0995 or not value else f"{value:#.2g}"


def _times(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def look(what: Any, picture: Any, *, grid: Grid | None = None, keys: Grid | Sequence[str] | None = None,
         start: Grid | None = None) -> None:
    """Displays a picture with what an attention module does at the position under the pointer, under a finger, or where
    the arrow keys lead. A script writes it into a page, look-1.html, and prints the path.

    Light is relative: the key that gets most is clear, what gets nothing is dark, and the caption says how much the
    lightest gets. Up to 16 arcs lead to the keys that get most, and the wider one leads to more. The bar below goes
    from 0 to 1 and holds their weights side by side. A map is drawn as light, too, and gates of channels as bars.

    what: weights, or a function of the picture as a batch of one, (1, 3, H, W), that returns them; or several by name,
        which share one pointer. Weights are a tensor, an array, or the pair that nn.MultiheadAttention returns:
        (N, K), (heads, N, K) or (B, heads, N, K): what each of N positions gives to each of K keys
        (h, w) or (B, 1, h, w): a map
        (C,), (B, C), (C, 1, 1) or (B, C, 1, 1): a gate for each channel.
        Of a batch, the first image is drawn. (B, C) is a map if it has about the picture's shape. Weights within
        windows look like a batch, and nobody sees where a window lies: give one, with its part of the picture.
    picture: as `pixels` takes it, such as (3, H, W) from 0 to 1, or the result of `my_picture`.
    grid: the rows and columns of the N positions (default, if the N rows of N weights sum to 1: those that have the
        picture's shape). If there is one position more, it is taken for a class token in front, and left out.
    keys: the rows and columns of the K keys if they are places of the picture, or names if they are not, such as the
        slots of a memory (default: `grid`).
    start: row and column of the position at the beginning (default: the middle).

    Raises ValueError for other shapes, for negative weights, and for weights that do not fit the grid.
    """
    shown = pixels(picture)
    panels, notes = _arranged(what, shown, grid, keys)
    rows, columns = next((panel.grid for panel in panels if panel.grid), (1, 1))
    row, column = start or (rows // 2, columns // 2)
    if not (0 <= row < rows and 0 <= column < columns):
        raise ValueError(f"start {(row, column)} is outside the {rows} x {columns} positions")
    said = "; ".join(panel.says(_query(panel, row / rows, column / columns)) for panel in panels)
    reads = any(panel.keys for panel in panels)
    caption = (f"Row {row}, column {column} reads: {said}." if reads else f"{said}.") + notes
    if isinstance(picture, OwnPicture) and any(panel.keys is None and max(panel.grid or (0,)) > COARSE
                                               for panel in panels):
        raise ValueError(f"a map of more than {COARSE} rows or columns may show what is in your picture, and the "
                         "notebook would keep it: give a coarser one, or my_picture(..., keep=True)")
    # of a learner's own picture, an output holds no pixel: the page loads the file beside the notebook
    own = picture.file.as_posix() if isinstance(picture, OwnPicture) else ""
    hidden = f'<img hidden alt="" class="own" src="{quote(own)}">' if own else ""
    drawing = _drawing(panels, torch.full((3, 1, 1), 0.5) if own else shown, (row + 0.5) / rows,
                       (column + 0.5) / columns)
    source = f"data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}"
    given = ", ".join(json.dumps(each).replace("</", "<\\/") for each in (
        [panel.packed() for panel in panels], [(column + 0.5) / columns, (row + 0.5) / rows],
        {"thick": THICK, "gap": GAP, "box": BOX, "loop": LOOP, "notes": notes}))
    script = files(__package__).joinpath("look.js").read_text(encoding="utf-8").strip()
    put(f'<figure class="attention-lab-look" style="margin: 0"><img alt="{escape(caption)}" src="{source}" '
        f'style="max-width: 100%">{hidden}<figcaption aria-live="polite">{escape(caption)}</figcaption>'
        f"<script>{script}({given});</script></figure>", caption, "look")


def _views(weights: Any, called: str) -> tuple[Tensor, bool, str]:
    """Returns weights as (C,), (a, b) or (heads, a, b), whether (a, b) may be gates of a batch, and a note."""
    several = False
    if isinstance(weights, tuple) and len(weights) == 2 and all(isinstance(part, Tensor) for part in weights):
        several = weights[0].ndim == weights[1].ndim == 3  # of nn.MultiheadAttention: images, not heads
        weights = weights[1]
    given = tensor_of(weights, called)
    values, shape = given.double(), tuple(given.shape)
    if not 1 <= values.ndim <= 4 or not values.numel():
        raise ValueError(f"{called} must be (N, K), (heads, N, K), (B, heads, N, K), (h, w), (B, 1, h, w), (C,), "
                         f"(B, C) or (B, C, 1, 1), got {shape}")
    if not bool((values >= 0).all() & values.isfinite().all()):
        raise ValueError(f"{called} {shape} must be 0 or more, as after a softmax or a sigmoid, got "
                         f"{values.min():.3g} to {values.max():.3g}")
    if gates := values.ndim > 2 and shape[-2:] == (1, 1):
        values = values[..., 0, 0]
    note = ""
    if several or values.ndim == 4 or gates and values.ndim == 2:
        note = f" Of a batch of {len(values)} images, this is the first." * (len(values) > 1)
        values = values[0]
    while values.ndim > 1 and len(values) == 1:
        values = values[0]
    return values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values, len(shape) == 2, note


def _placed(weights: Tensor, called: str, picture: Grid, grid: Grid | None, keys: Grid | tuple[str, ...] | None,
            batch: bool) -> tuple[Tensor, Grid | None, Grid | tuple[str, ...] | None, str]:
    """Returns the weights as a panel has them, the grid of its queries, its keys, and a note."""
    count, shape = len(weights), tuple(weights.shape)
    if grid and (weights.ndim == 1 and count - math.prod(grid) in (0, 1) or shape == grid):  # a row of weights is a map
        return weights.flatten()[-math.prod(grid):].view(grid), grid, None, ""
    if weights.ndim == 1:
        return weights, None, None, ""
    sums, note, side = weights.sum(1), "", math.isqrt(count)
    found = [_shaped(count - token, picture) for token in (0, count == shape[1])]
    if not grid and bool(((sums - 1).abs() < 0.01).all()):
        if not found[0] and found[1] and side ** 2 == count:
            raise ValueError(f"{called} {shape} are those of {side} x {side} positions, or of a class token and "
                             f"{found[1][0]} x {found[1][1]}, the picture's shape: say which, grid={side, side} or "
                             f"grid={found[1]}")
        if not (grid := found[0] or found[1]):
            raise ValueError(f"{called} {shape} sum to 1 in each row, so they are weights of {count} positions, and "
                             f"{count} is not rows x columns in the shape of the picture {picture}, nor one more: give "
                             "grid=(rows, columns)")
    if not grid:
        if batch and not 0.5 <= count * picture[1] / (shape[1] * picture[0]) <= 2:
            return weights[0], None, None, f" Of a batch of {count} images, this is the first."
        if count == shape[1] and any(found) and 0.8 < sums.mean() < 1.25:
            note = (" The rows do not sum to 1, so this is drawn as a map: if it is attention (after dropout?), give "
                    "grid=(rows, columns).")
        return weights, (count, shape[1]), None, note
    places = math.prod(grid)
    if shape == (places + 1, places + 1) and not keys:
        weights, count, note = weights[1:, 1:], places, " The first of the tokens, the class token, is left out."
    if count != places:
        more = f": leave out the {count - places} that are no places" if shape[1] == count > places else ""
        raise ValueError(f"{called} {shape} have {count} rows, and the grid {grid} has {places} positions{more}")
    keys = keys or grid
    number = len(keys) if isinstance(keys[0], str) else math.prod(keys)
    if number != weights.shape[1]:
        raise ValueError(f"{called} {shape} have {weights.shape[1]} keys, and `keys` {keys} are {number}")
    return weights, grid, keys, note


def _shaped(count: int, picture: Grid) -> Grid | None:
    """Returns the rows and columns of `count` positions in the picture's shape; None if there are none."""
    rows = max(1, round((count * picture[0] / picture[1]) ** 0.5))
    columns = count // rows
    return (rows, columns) if rows * columns == count and abs(columns * picture[0] / picture[1] - rows) < 1 else None


def _arranged(what: Any, picture: Tensor, grid: Any, keys: Any) -> tuple[list[_Panel], str]:
    """Returns a panel for each view, side by side, at most four in a row, and notes for the caption."""
    shape = int(picture.shape[1]), int(picture.shape[2])
    try:
        grid = None if grid is None else (int(grid[0]), int(grid[1]))
        keys = None if keys is None else tuple(key if isinstance(key, str) else int(key) for key in keys)
    except (TypeError, ValueError, IndexError):
        raise ValueError(f"grid is (rows, columns), and keys are that or names, got {grid!r} and {keys!r}") from None
    views, notes = [], ""
    for name, weights in (what if isinstance(what, Mapping) else {"": what}).items():
        if isinstance(weights, nn.Module) or not isinstance(weights, Tensor) and callable(weights):
            with torch.no_grad():
                weights = weights(picture[None])
        values, batch, note = _views(weights, called := name or "weights")
        heads = values if values.ndim == 3 else [values]
        for head, each in enumerate(heads):
            *placed, more = _placed(each, called, shape, grid, keys, batch)
            kind = "head" if placed[2] else "map"
            views.append((f"{name} {kind} {head}".strip() if values.ndim == 3 else name, *placed))
        notes += "".join(each for each in (note, more) if each not in notes)
    if not 1 <= len(views) <= MOST:
        raise ValueError(f"look draws 1 to {MOST} panels side by side, got {len(views)}: give some heads or maps, such "
                         "as weights[:, :4]")
    beside = 2 if len(views) == 4 else min(len(views), 4)
    width = WIDTH.get(beside, 190)
    height = round(width * shape[0] / shape[1])
    ats = ((place % beside * (width + 20), LINE + place // beside * (height + LINE + BAR + BOX + 3 * GAP))
           for place in range(len(views)))
    return [_Panel(name, weights, (width, height), at, queries, seen, LIGHT // len(views))
            for at, (name, weights, queries, seen) in zip(ats, views)], notes


def _query(panel: _Panel, y: float, x: float) -> int:
    """Returns the number of a panel's position. y, x: shares of the picture."""
    rows, columns = panel.grid or (1, 1)
    return int(y * rows) * columns + int(x * columns)


def _packed(values: Tensor, kind: str) -> str:
    return base64.b64encode(values.numpy().astype(kind).tobytes()).decode()


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
    circle = f'<circle class="ring" cx="{x:g}" cy="{y:g}" r="{max(6, 0.5 * width / columns):g}" fill="none" stroke='
    ring = f'{circle}"white" stroke-width="4"/>{circle}"{INK}" stroke-width="2"/>'
    dark = f'<rect width="{width}" height="{height}" fill="black" fill-opacity="{DARK}" mask="url(#{own})"/>'
    if panel.keys is None:
        mask = _mask(panel.weights / panel.weights.max().clamp(min=1e-30), width, height)
        return f'<mask id="{own}">{mask}</mask>{dark}{ring}'
    read = panel.read(query)
    mask = f'<rect width="{width}" height="{height}" fill="white"/>'
    if not panel.slots:
        light, side = panel.light
        wide, high = (side * panel.size[at] / int(panel.keys[1 - at]) for at in (0, 1))
        mask = _mask(light[query] / 255, wide * light.shape[2], high * light.shape[1])
    thick = THICK / max(sum(weight for *_, weight in read), 1e-30)
    arcs = "".join(f'<path class="arc" d="{_arc(x, y, left + wide / 2, top + high / 2, LOOP * width / columns)}" '
                   f'stroke-width="{thick * weight:.2f}"/>' for left, top, wide, high, weight in read)
    below, sum_, shares = height + GAP, 0.0, []
    slots = ""
    if panel.slots:
        wide = width / len(panel.slots)
        slots = "".join(f'<rect x="{key * wide:g}" y="{below}" width="{wide:g}" height="{BOX}" fill="white" '
                        f'stroke="{OTHER}" stroke-width="0.5"/>' for key in range(len(panel.slots)))
        below += BOX + GAP
    for *_, weight in read:
        size = max(0.0, width * min(weight, 1 - sum_) - 0.5)
        shares.append(f'<rect class="share" x="{width * sum_:g}" y="{below}" width="{size:g}" height="{BAR}" '
                      f'fill="{MAPS}"/>')
        sum_ += weight
    bar = (f'<rect y="{below}" width="{width}" height="{BAR}" fill="white" stroke="{OTHER}" stroke-width="0.5"/>'
           f'{"".join(shares)}')
    return (f'<mask id="{own}">{mask}</mask>{dark}{slots}<g fill="none" stroke="{MAPS}" '
            f'stroke-linecap="round" stroke-opacity="0.9" pointer-events="none">{arcs}</g>{ring}{bar}')


def _mask(light: Tensor, width: float, height: float) -> str:
    """The part of a mask that lets the dark through where there is no light. light: (h, w) from 0 to 1."""
    return (f'<image class="light" href="{inline((1 - light)[None].expand(3, -1, -1))[0]}" width="{width:g}" '
            f'height="{height:g}" preserveAspectRatio="none" style="image-rendering: pixelated"/>')


def _gates(panel: _Panel) -> str:
    """The gates of channels as bars from 0 to 1, or to the largest, over the lower part of the picture."""
    width, height = panel.size
    wide, high = width / len(panel.weights), height / 3 / max(1, panel.weights.max().item())
    bars = "".join(f'<rect x="{channel * wide:g}" y="{height - high * gate:g}" width="{max(0.5, 0.8 * wide):g}" '
                   f'height="{high * gate:g}" fill="{MAPS}"><title>channel {channel}: {gate:.2f}</title></rect>'
                   for channel, gate in enumerate(panel.weights.tolist()))
    return (f'<rect y="{height * 2 / 3:g}" width="{width}" height="{height / 3:g}" fill="{PAPER}" '
            f'fill-opacity="0.8"/>{bars}')


def _arc(x: float, y: float, to_x: float, to_y: float, loop: float) -> str:
    """The line from a query to a key; a loop if the key is the query."""
    if abs(to_x - x) + abs(to_y - y) < 1e-9:
        return f"M{x:g} {y:g} c{-loop:g} {-1.6 * loop:g} {loop:g} {-1.6 * loop:g} 0 0"
    return (f"M{x:g} {y:g} Q{(x + to_x) / 2 + 0.2 * (to_y - y):g} {(y + to_y) / 2 - 0.2 * (to_x - x):g} "
            f"{to_x:g} {to_y:g}")
