"""Something to touch: a picture that follows sliders, by pointer or keyboard, in a notebook and in an exported page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import product
from typing import Any

from matplotlib.figure import Figure

from .pictures import data_url

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
