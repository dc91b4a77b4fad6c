"""A mask that the learner draws on a support picture, by pointer or keyboard, and maps of the query that follow it at
once."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from html import escape
from itertools import product

import torch
from torch import Tensor

from ....pictures.style import INK, MAPS, OTHER, PAPER

CELL, GAP, ABOVE = 21, 18, 26  # px: side of a cell, space between the panels, space above them for their names
FADED = 0.25  # opacity of a cell that is not part of the object
PROTOTYPE, PRIOR, LOOK_UP = "prototype", "prior mask", "look-up"

# The script replaces the still picture by a drawing. The cells' features have length 1, except those in `support`, from
# which a prototype is computed. Maps are stretched from their smallest to their largest value. Each map is scored with
# the best of all thresholds.
FOLLOW = """
((columns, support, query, start, truth, sharpness, faded, line, ink) => {
  const box = document.currentScript.parentElement, still = box.querySelector("img"), caption = box.querySelector("figcaption");
  still.insertAdjacentHTML("afterend", atob(still.src.split(",")[1]));
  const drawing = still.nextElementSibling, cells = [...drawing.querySelectorAll("rect.support")], mask = [...start];
  still.remove();
  drawing.tabIndex = 0;
  drawing.dataset.lmSuppressShortcuts = "";  // Notebook 7 would take the keys before they come here
  drawing.setAttribute("role", "img");
  drawing.style.touchAction = "none";
  const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const unit = (a) => { const length = Math.sqrt(dot(a, a)) || 1; return a.map((value) => value / length); };
  const from = query.map(unit), to = support.map(unit);
  const cosines = from.map((q) => to.map((s) => dot(q, s)));
  const weights = cosines.map((row) => {
    const raised = row.map((cosine) => Math.exp(sharpness * (cosine - Math.max(...row)))), sum = raised.reduce((a, b) => a + b);
    return raised.map((value) => value / sum);
  });
  const maps = {
    "prototype": () => {
      const mean = unit(support[0].map((_, channel) => dot(mask, support.map((s) => s[channel]))));
      return from.map((q) => dot(q, mean));
    },
    "prior mask": () => cosines.map((row) => Math.max(...row.map((cosine, i) => mask[i] ? cosine : 0))),
    "look-up": () => weights.map((row) => dot(row, mask)),
  };
  const overlap = (map) => Math.max(...map.map((threshold) => {
    const found = map.map((value) => value >= threshold);
    return truth.filter((is, i) => is && found[i]).length / truth.filter((is, i) => is || found[i]).length;
  }));
  let here = 0, focused = false;
  const follow = () => {
    cells.forEach((cell, i) => {
      cell.setAttribute("fill-opacity", mask[i] ? 1 : faded);
      cell.setAttribute("stroke", focused && i == here ? ink : line);
      cell.setAttribute("stroke-width", focused && i == here ? 3 : 1);
    });
    const scores = Object.entries(maps).map(([name, of]) => {
      const map = of(), low = Math.min(...map), high = Math.max(...map);
      drawing.querySelectorAll(`rect[data-map="${name}"]`).forEach((cell, i) => {
        cell.setAttribute("fill-opacity", high - low < 1e-9 ? 0 : (map[i] - low) / (high - low));
      });
      return `${name} ${(100 * overlap(map)).toFixed(0)} %`;
    });
    const marked = mask.filter(Boolean).length, place = `Row ${Math.floor(here / columns)}, column ${here % columns}`;
    const says = `${marked} of ${mask.length} cells are marked. ` +
      (marked ? `Best IoU on the query: ${scores.join(", ")}.` : "Without a mark there is nothing to find.") +
      (focused ? ` ${place}: ${mask[here] ? "marked" : "not marked"}.` : "");
    caption.textContent = says;
    drawing.setAttribute("aria-label", says);
  };
  let paints = null;
  const paint = (i) => { here = i; mask[i] = paints; follow(); };
  cells.forEach((cell, i) => {
    cell.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      if (cell.hasPointerCapture(event.pointerId)) cell.releasePointerCapture(event.pointerId);  // a finger keeps its first cell
      focused = false;
      paints = 1 - mask[i];
      paint(i);
    });
    cell.addEventListener("pointerenter", () => { if (paints !== null) paint(i); });
  });
  addEventListener("pointerup", () => { paints = null; });
  drawing.addEventListener("blur", () => { focused = false; follow(); });
  drawing.addEventListener("keydown", (event) => {
    const column = here % columns, steps = {ArrowLeft: column ? -1 : 0, ArrowRight: column < columns - 1 ? 1 : 0,
                                            ArrowUp: -columns, ArrowDown: columns, " ": 0, Enter: 0};
    if (!(event.key in steps)) return;
    event.preventDefault();
    event.stopPropagation();  // or the notebook's arrow keys move to another cell
    if (cells[here + steps[event.key]]) here += steps[event.key];
    if (event.key == " " || event.key == "Enter") mask[here] = 1 - mask[here];
    focused = true;
    follow();
  });
  follow();
})"""  # noqa: E501


def draw_mask(pictures: tuple[Tensor, Tensor], features: tuple[Tensor, Tensor], start: Tensor, truth: Tensor,
              maps: Mapping[str, Tensor], sharpness: float) -> None:
    """Displays a support picture on which cells can be marked, a query, and three maps of the query that follow the
    marks.

    pictures: support and query, (3, h, w) from 0 to 1, one colour for each cell.
    features: those of support and query, (C, h, w).
    start: the mask at the beginning, (h, w) of 0 and 1.
    truth: the mask of the query, (h, w) of 0 and 1.
    maps: the maps of "prototype", "prior mask" and "look-up" for `start`, (h, w) each. They are the still picture if
        scripts are not run.
    sharpness: the sharpness of the look-up.

    Raises ValueError for other maps, or for sizes that differ.
    """
    from IPython.display import display

    if set(maps) != {PROTOTYPE, PRIOR, LOOK_UP}:
        raise ValueError(f"maps must be {PROTOTYPE!r}, {PRIOR!r} and {LOOK_UP!r}, got {list(maps)}")
    shapes = {tuple(t.shape[-2:]) for t in (*pictures, *features, start, truth, *maps.values())}
    if len(shapes) != 1:
        raise ValueError(f"pictures, features, masks and maps must have one height and width, got {sorted(shapes)}")
    drawing = _drawing(pictures, start, truth, maps)
    source = f"data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}"
    says = (f"{int(start.sum())} of {start.numel()} cells of a support picture are marked. Beside it the query, and "
            f"the maps that prototype, "
            "prior mask and look-up make of the marks.")
    numbers = [[[round(value, 3) for value in cell] for cell in f.detach().flatten(1).T.tolist()] for f in features]
    given = ", ".join(json.dumps(each) for each in (start.shape[1], *numbers, start.int().flatten().tolist(),
                                                    truth.int().flatten().tolist(),
                                                    sharpness, FADED, OTHER, INK))
    page = (f'<figure style="margin: 0"><img alt="{escape(says)}" src="{source}" style="max-width: 100%">'
            f'<figcaption aria-live="polite">{escape(says)}</figcaption><script>{FOLLOW}({given});</script></figure>')
    display({"text/html": page, "text/plain": says}, raw=True)


def _drawing(pictures: tuple[Tensor, Tensor], start: Tensor, truth: Tensor, maps: Mapping[str, Tensor]) -> str:
    """Returns five panels side by side as SVG: support and query in colour, with pale cells outside the object, and the
    maps in one colour."""
    rows, columns = start.shape
    pitch = columns * CELL + GAP
    width, height = 5 * pitch, rows * CELL + ABOVE + GAP
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} '
             f'{height}" '
             f'style="max-width: 100%"><rect width="{width}" height="{height}" fill="{PAPER}"/>']
    panels: dict[str, tuple[str, Tensor | None, Tensor]] = {
        "support: mark cells": ('class="support"', pictures[0], start), "query": ("", pictures[1], truth)}
    panels |= {name: (f'data-map="{name}"', None, _stretched(maps[name])) for name in (PROTOTYPE, PRIOR, LOOK_UP)}
    for panel, (name, (mark, colours, values)) in enumerate(panels.items()):
        left = panel * pitch + GAP / 2
        parts.append(f'<text x="{left}" y="{ABOVE - 8}" font-family="Arial, Helvetica, sans-serif" font-size="14" '
                     f'fill="{INK}">{name}</text>')
        for row, column in product(range(rows), range(columns)):
            fill = MAPS if colours is None else _hex(colours[:, row, column])
            value = values[row, column].item()
            opacity = value if colours is None else max(value, FADED)
            parts.append(f'<rect {mark} x="{left + column * CELL}" y="{ABOVE + row * CELL}" width="{CELL - 1}" '
                         f'height="{CELL - 1}" '
                         f'fill="{fill}" fill-opacity="{opacity:.3f}" stroke="{OTHER}" stroke-width="1"/>')
    return "".join([*parts, "</svg>"])


def _stretched(values: Tensor) -> Tensor:
    values = values.detach().double()
    low, high = values.min(), values.max()
    return torch.zeros_like(values) if high - low < 1e-9 else (values - low) / (high - low)


def _hex(colour: Tensor) -> str:
    return "#" + "".join(f"{round(255 * value):02X}" for value in colour.clamp(0, 1).tolist())
