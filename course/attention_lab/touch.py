"""Something to touch: a picture that follows sliders, a grid that answers for each of its cells; by pointer or keyboard, in a notebook
and in an exported page."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import product
from typing import Any

from matplotlib.figure import Figure
from torch import Tensor

from .pictures import INK, MAPS, OTHER, PAPER, data_url

# Everything that moves is made here: where scripts are not run, one picture stands still, and nothing is there that does not work.
# Places come in the order of a product: the last slider's change first.
FOLLOW = """
((sliders, places, start) => {
  const box = document.currentScript.parentElement, picture = box.querySelector("img"), caption = box.querySelector("figcaption");
  const lines = sliders.map(([label, names], which) => {
    const line = document.createElement("label"), slider = document.createElement("input"), value = document.createElement("output");
    Object.assign(slider, {type: "range", min: 0, max: names.length - 1, step: 1, value: start[which]});
    slider.style.cssText = "width: 20em; margin: 0 1em; vertical-align: middle";
    line.style.display = "block";
    line.append(label, slider, value);
    box.insertBefore(line, picture);
    return {names, slider, value};
  });
  const follow = () => {
    const place = places[lines.reduce((index, {names, slider}) => index * names.length + Number(slider.value), 0)];
    Object.assign(picture, {src: place.source, alt: place.says});
    caption.textContent = place.says;
    for (const {names, slider, value} of lines) {
      value.textContent = names[slider.value];
      slider.setAttribute("aria-valuetext", names[slider.value]);
    }
  };
  for (const {slider} of lines) {
    slider.addEventListener("input", follow);
    slider.addEventListener("keydown", (event) => event.stopPropagation());  // or the notebook's arrow keys move to another cell
  }
  follow();
})"""

SIDE, GAP, RIM = 30, 4, 4  # of a grid's cells, between them, and around the colours of a picture, px

# The still picture becomes a drawing in the page, whose squares can be pointed at. lights: two hexadecimal digits for each square, for
# each cell that can be chosen.
ANSWER = """
((columns, lights, says, start, ink, line) => {
  const box = document.currentScript.parentElement, still = box.querySelector("img"), caption = box.querySelector("figcaption");
  still.insertAdjacentHTML("afterend", atob(still.src.split(",")[1]));
  const drawing = still.nextElementSibling, squares = [...drawing.querySelectorAll("rect.cell")];
  still.remove();
  Object.assign(drawing, {tabIndex: 0});
  drawing.setAttribute("role", "img");
  let here = start;
  const go = (to) => {
    here = to;
    squares.forEach((square, which) => {
      square.setAttribute("fill-opacity", parseInt(lights.substr(2 * (squares.length * here + which), 2), 16) / 255);
      square.setAttribute("stroke", which == here ? ink : line);
      square.setAttribute("stroke-width", which == here ? 4 : 1);
    });
    caption.textContent = says[here];
    drawing.setAttribute("aria-label", says[here]);
  };
  squares.forEach((square, which) => square.addEventListener("pointerenter", () => go(which)));
  drawing.addEventListener("keydown", (event) => {
    const column = here % columns, steps = {ArrowLeft: column ? -1 : 0, ArrowRight: column < columns - 1 ? 1 : 0,
                                            ArrowUp: -columns, ArrowDown: columns};
    if (!(event.key in steps)) return;
    event.preventDefault();
    event.stopPropagation();  // or the notebook's arrow keys move to another cell
    if (squares[here + steps[event.key]]) go(here + steps[event.key]);
  });
  go(start);
})"""


def slide(sliders: Mapping[str, Mapping[str, Any]], picture: Callable[..., Figure], says: Callable[..., str], start: Sequence[str]) -> None:
    """Display a picture for each place of one slider or several, and move between them.

    sliders: for each, by its label, the values that it moves over, by the name that is shown. picture: draws one value of each slider.
    says: what there is to see then, in a sentence: the caption, and what somebody hears who cannot see it. start: for each slider the
    name where it begins. All places are drawn at once. Raises ValueError for a `start` that is no place.
    """
    from IPython.display import display

    names = {label: list(values) for label, values in sliders.items()}
    begins = [among.index(name) for among, name in zip(names.values(), start, strict=True)]
    places = [{"says": says(*values), "source": data_url(picture(*values))}
              for values in product(*(values.values() for values in sliders.values()))]
    here = places[list(product(*names.values())).index(tuple(start))]
    given = ", ".join(json.dumps(each).replace("</", "<\\/") for each in (list(names.items()), places, begins))
    page = (f'<figure style="margin: 0"><img alt="{escape(here["says"])}" src="{here["source"]}" style="max-width: 100%">'
            f'<figcaption aria-live="polite">{escape(here["says"])}</figcaption><script>{FOLLOW}({given});</script></figure>')
    display({"text/html": page, "text/plain": here["says"]}, raw=True)


def point(shape: tuple[int, int], lit: Callable[[int, int], Tensor], says: Callable[[int, int], str], start: tuple[int, int],
          picture: Tensor | None = None) -> None:
    """Display a grid of cells; the one under the pointer, or the one that the arrow keys reach, lights others.

    shape: rows and columns. lit: for the cell in a row and column how bright each cell is, (rows, columns) from 0 to 1, such as a row of
    an attention map. says: what there is to see then, in a sentence: the caption, and what somebody hears who cannot see it. start: the
    cell where it begins. picture: (3, rows, columns) from 0 to 1, a colour in the middle of each cell, which is then lit around it.
    Raises ValueError for a start outside, another shape or other numbers.
    """
    from IPython.display import display

    rows, columns = shape
    cells = list(product(range(rows), range(columns)))
    if tuple(start) not in cells:
        raise ValueError(f"{tuple(start)} is no cell of {rows} x {columns}")
    lights = [_levels(lit(*cell), shape) for cell in cells]
    if picture is not None and (tuple(picture.shape) != (3, *shape) or not bool(((picture >= 0) & (picture <= 1)).all())):
        raise ValueError(f"a picture must be {(3, *shape)} numbers from 0 to 1, got {tuple(picture.shape)} from {picture.min():.3g} to "
                         f"{picture.max():.3g}")
    ground, ink = (PAPER, INK) if picture is None else (INK, PAPER)
    captions, here = [says(*cell) for cell in cells], cells.index(tuple(start))
    drawing = _grid_drawing(columns, lights[here], here, picture, ground, ink)
    source = f"data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}"
    given = ", ".join(json.dumps(each).replace("</", "<\\/")
                      for each in (columns, b"".join(lights).hex(), captions, here, ink, OTHER))
    page = (f'<figure style="margin: 0"><img alt="{escape(captions[here])}" src="{source}" style="max-width: 100%">'
            f'<figcaption aria-live="polite">{escape(captions[here])}</figcaption><script>{ANSWER}({given});</script></figure>')
    display({"text/html": page, "text/plain": captions[here]}, raw=True)


def _levels(lights: Tensor, shape: tuple[int, int]) -> bytes:
    """How bright each cell is, in 256 steps, row by row."""
    if tuple(lights.shape) != tuple(shape) or not bool(((lights >= 0) & (lights <= 1)).all()):
        raise ValueError(f"lit must give {tuple(shape)} numbers from 0 to 1, got {tuple(lights.shape)} from {lights.min():.3g} to "
                         f"{lights.max():.3g}")
    return bytes((255 * lights.detach().double()).round().int().flatten().tolist())


def _grid_drawing(columns: int, lights: bytes, here: int, picture: Tensor | None, ground: str, ink: str) -> str:
    """The grid as SVG without words; the cell `here` has a frame."""
    width, height = columns * SIDE + GAP, len(lights) // columns * SIDE + GAP
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
             f'<rect width="{width}" height="{height}" fill="{ground}"/>']
    for which, light in enumerate(lights):
        row, column = divmod(which, columns)
        stroke = f'stroke="{ink}" stroke-width="4"' if which == here else f'stroke="{OTHER}" stroke-width="1"'
        parts.append(f'<rect class="cell" x="{column * SIDE + GAP}" y="{row * SIDE + GAP}" width="{SIDE - GAP}" height="{SIDE - GAP}" '
                     f'fill="{MAPS}" fill-opacity="{light / 255:.3f}" {stroke}/>')
        if picture is not None:
            red, green, blue = (255 * picture[:, row, column].detach().double()).round().int().tolist()
            parts.append(f'<rect x="{column * SIDE + GAP + RIM}" y="{row * SIDE + GAP + RIM}" width="{SIDE - GAP - 2 * RIM}" '
                         f'height="{SIDE - GAP - 2 * RIM}" fill="#{red:02X}{green:02X}{blue:02X}" pointer-events="none"/>')
    return "".join([*parts, "</svg>"])
