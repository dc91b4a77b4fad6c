"""Pictures that follow sliders and buttons, and a grid that responds to the cell under the pointer. They work by
pointer or keyboard, in a notebook and in an exported page."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import product
from typing import Any

from matplotlib.figure import Figure
from torch import Tensor

from .style import ALERT, INK, MAPS, OTHER, PAPER, data_url

# The script makes everything that moves. So if scripts are not run, there is one still picture, and no control that
# does nothing. The places are in the order of itertools.product: the last control changes fastest.
# Each row of the grid holds a label, a slider between its ends, and the value.
FOLLOW = """
((controls, places, start) => {
  const box = document.currentScript.parentElement, picture = box.querySelector("img"), caption = box.querySelector("figcaption");
  const add = (parent, tag, properties, style = "") => {
    const made = Object.assign(document.createElement(tag), properties);
    made.style.cssText = style;
    return parent.appendChild(made);
  };
  const rows = add(box, "div", {}, "display: grid; grid-template-columns: repeat(2, max-content) minmax(6em, 20em) max-content auto; "
                                   + "gap: 0.4em 0.7em; align-items: center; margin-bottom: 0.6em");
  picture.before(rows);  // VS Code runs the script elsewhere, so that the picture need not be a child of `box`
  const own = (control) => { control.dataset.lmSuppressShortcuts = ""; };  // Notebook 7 would take its keys before they come here
  rows.addEventListener("keydown", (event) => event.stopPropagation());  // or the notebook's arrow keys move to another cell
  const here = [...start];
  const follow = () => {
    const place = places[controls.reduce((index, [, names], which) => index * names.length + here[which], 0)];
    Object.assign(picture, {src: place.source, alt: place.says});
    caption.textContent = place.says;
  };
  const slider = (label, names, which) => {
    const row = add(rows, "label", {}, "display: contents");
    add(row, "span", {textContent: label});
    add(row, "small", {textContent: names[0]}, "text-align: right");
    const range = add(row, "input", {type: "range", min: 0, max: names.length - 1, step: 1, value: start[which]}, "margin: 0");
    add(row, "small", {textContent: names[names.length - 1]});
    const value = add(row, "output", {}, "font-weight: bold");
    const say = () => {
      value.textContent = names[range.value];
      range.setAttribute("aria-valuetext", names[range.value]);
    };
    range.setAttribute("aria-label", label);
    own(range);
    range.addEventListener("input", () => { here[which] = Number(range.value); say(); follow(); });
    say();
  };
  const choice = (label, names, which) => {
    const group = `touch-${Math.random()}`;  // buttons of one name turn each other off, in the whole page
    add(rows, "span", {textContent: label});
    const buttons = add(rows, "fieldset", {}, "border: 0; margin: 0; padding: 0; grid-column: 2 / -1; "
                                                + "width: 0; min-width: 100%");  // however long its names, the columns stay narrow
    buttons.setAttribute("role", "radiogroup");
    buttons.setAttribute("aria-label", label);
    names.forEach((name, place) => {
      const line = add(buttons, "label", {}, "margin-right: 1.2em; white-space: nowrap");
      const button = add(line, "input", {type: "radio", name: group, checked: place == start[which]}, "margin: 0 0.4em 0 0");
      line.append(name);
      own(button);
      button.addEventListener("input", () => { here[which] = place; follow(); });
    });
  };
  controls.forEach(([label, names, quantity], which) => (quantity ? slider : choice)(label, names, which));
  follow();
})"""  # noqa: E501

# The side of a grid's cell and the gap between cells, in pixels. LEAST is the share of its side that a cell of a
# picture keeps even without light.
SIDE, GAP, LEAST = 30, 4, 0.4
UNDER = "#D9D9D9"  # the background of a picture, which differs from black and from white

# The script replaces the still picture by a drawing whose squares respond to the pointer. lights: for each cell that
# can be chosen, two hexadecimal digits for each square.
ANSWER = """
((columns, lights, says, start, ink, line) => {
  const box = document.currentScript.parentElement, still = box.querySelector("img"), caption = box.querySelector("figcaption");
  still.insertAdjacentHTML("afterend", atob(still.src.split(",")[1]));
  const drawing = still.nextElementSibling, paints = [...drawing.querySelectorAll("rect.paint")];
  const squares = [...drawing.querySelectorAll("rect.cell")];
  still.remove();
  Object.assign(drawing, {tabIndex: 0});
  drawing.dataset.lmSuppressShortcuts = "";  // Notebook 7 would take the keys before they come here
  drawing.setAttribute("role", "img");
  let here = start;
  const go = (to) => {
    here = to;
    squares.forEach((square, which) => {
      const light = parseInt(lights.substr(2 * (squares.length * here + which), 2), 16) / 255;
      if (paints.length) paints[which].setAttribute("transform", `scale(${light})`);
      else square.setAttribute("fill-opacity", light);
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
})"""  # noqa: E501


def slide(controls: Mapping[str, Mapping[str, Any]], picture: Callable[..., Figure], says: Callable[..., str],
          start: Sequence[str]) -> None:
    """Displays a picture that follows one or more controls.

    controls: by the control's label, its values by their names. Numbers get a slider; anything else gets a button for
        each value.
    picture: takes one value of each control, and returns a figure.
    says: takes the same values, and says in a sentence what the figure shows. It is the caption, and people who cannot
        see the figure hear it.
    start: for each control, the name of its value at the beginning. This picture is shown at once; the others follow
        when all are drawn.

    Raises ValueError if `start` names a value that does not exist.
    """
    from IPython.display import DisplayHandle

    names = {label: list(values) for label, values in controls.items()}
    kinds = [(label, list(values), all(isinstance(value, int | float) for value in values.values()))
             for label, values in controls.items()]
    begins = [among.index(name) for among, name in zip(names.values(), start, strict=True)]
    values, here = list(product(*(each.values()
                                  for each in controls.values()))), list(product(*names.values())).index(tuple(start))
    first = {"says": says(*values[here]), "source": data_url(picture(*values[here]))}
    handle = DisplayHandle()
    handle.display(_figure(first, note=f" (Drawing the other {len(values) - 1} …)"), raw=True)
    places = [first if place == here else {"says": says(*each), "source": data_url(picture(*each))}
              for place, each in enumerate(values)]
    given = ", ".join(json.dumps(each).replace("</", "<\\/") for each in (kinds, places, begins))
    handle.update(_figure(first, f"<script>{FOLLOW}({given});</script>"), raw=True)


def _figure(place: dict[str, str], script: str = "", note: str = "") -> dict[str, str]:
    """Returns a picture above its caption, as a cell's output."""
    said = escape(place["says"])
    page = (f'<figure style="margin: 0"><img alt="{said}" src="{place["source"]}" style="max-width: 100%">'
            f'<figcaption aria-live="polite">{said}{note}</figcaption>{script}</figure>')
    return {"text/html": page, "text/plain": place["says"]}


def point(shape: tuple[int, int], lit: Callable[[int, int], Tensor], says: Callable[[int, int], str],
          start: tuple[int, int],
          picture: Tensor | None = None) -> None:
    """Displays a grid of cells. The cell under the pointer, or the one that the arrow keys reach, lights up others.

    shape: rows and columns.
    lit: takes a cell's row and column, and returns how bright each cell is, (rows, columns) from 0 to 1, such as a row
        of an attention map.
    says: takes a cell's row and column, and says in a sentence what the grid then shows. It is the caption, and people
        who cannot see the grid hear it.
    start: the cell at the beginning.
    picture: a colour for each cell, (3, rows, columns) from 0 to 1. With a picture, a brighter cell is drawn as a
        larger square.

    Raises ValueError for a start outside the grid, for another shape, or for numbers outside 0 to 1.
    """
    from IPython.display import display

    rows, columns = shape
    cells: list[tuple[int, ...]] = list(product(range(rows), range(columns)))
    if tuple(start) not in cells:
        raise ValueError(f"{tuple(start)} is no cell of {rows} x {columns}")
    lights = [_levels(lit(*cell), shape) for cell in cells]
    if picture is not None and (
        tuple(picture.shape) != (3, *shape) or not bool(((picture >= 0) & (picture <= 1)).all())
    ):
        raise ValueError(f"a picture must be {(3, *shape)} numbers from 0 to 1, got {tuple(picture.shape)} from "
                         f"{picture.min():.3g} to {picture.max():.3g}")
    ground, ink, line = PAPER, INK, OTHER
    if picture is not None:
        lights, ground, ink, line = [_sides(each) for each in lights], UNDER, ALERT, UNDER
    captions, here = [says(*cell) for cell in cells], cells.index(tuple(start))
    drawing = _grid_drawing(columns, lights[here], here, picture, ground, ink, line)
    source = f"data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}"
    given = ", ".join(json.dumps(each).replace("</", "<\\/")
                      for each in (columns, b"".join(lights).hex(), captions, here, ink, line))
    display(_figure({"says": captions[here], "source": source}, f"<script>{ANSWER}({given});</script>"), raw=True)


def _levels(lights: Tensor, shape: tuple[int, int]) -> bytes:
    """Returns how bright each cell is, in 256 steps, row by row."""
    if tuple(lights.shape) != tuple(shape) or not bool(((lights >= 0) & (lights <= 1)).all()):
        raise ValueError(f"lit must give {tuple(shape)} numbers from 0 to 1, got {tuple(lights.shape)} from "
                         f"{lights.min():.3g} to {lights.max():.3g}")
    return bytes((255 * lights.detach().double()).round().int().flatten().tolist())


def _sides(lights: bytes) -> bytes:
    """Returns the sides of squares whose areas are these brightnesses, also in 256 steps. Even the smallest square
    shows its colour."""
    return bytes(round(255 * max(LEAST, (light / 255) ** 0.5)) for light in lights)


def _grid_drawing(columns: int, lights: bytes, here: int, picture: Tensor | None, ground: str, ink: str,
                  line: str) -> str:
    """Returns the grid as SVG without text; the cell `here` has a frame."""
    width, height, inner = columns * SIDE + GAP, len(lights) // columns * SIDE + GAP, SIDE - GAP
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} '
             f'{height}">',
             f'<rect width="{width}" height="{height}" fill="{ground}"/>']
    for which, light in enumerate(lights):
        row, column = divmod(which, columns)
        x, y = column * SIDE + GAP, row * SIDE + GAP
        stroke = f'stroke="{ink}" stroke-width="4"' if which == here else f'stroke="{line}" stroke-width="1"'
        fill = f'fill="{MAPS}" fill-opacity="{light / 255:.3f}"' if picture is None else f'fill="{ground}"'
        parts.append(f'<rect class="cell" x="{x}" y="{y}" width="{inner}" height="{inner}" {fill} {stroke}/>')
        if picture is not None:
            red, green, blue = (255 * picture[:, row, column].detach().double()).round().int().tolist()
            parts.append(f'<g transform="translate({x + inner / 2:g} {y + inner / 2:g})" pointer-events="none">'
                         f'<rect class="paint" x="{-inner / 2:g}" y="{-inner / 2:g}" width="{inner}" height="{inner}" '
                         f'transform="scale({light / 255:.3f})" fill="#{red:02X}{green:02X}{blue:02X}"/></g>')
    return "".join([*parts, "</svg>"])
