"""Something to touch: a picture that follows a slider, by pointer or keyboard, in a notebook and in an exported page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html import escape
from typing import TypeVar

from matplotlib.figure import Figure

from .pictures import data_url

T = TypeVar("T")

# Everything that moves is made here: where scripts are not run, one picture stands still, and nothing is there that does not work.
FOLLOW = """
((label, places, start) => {
  const box = document.currentScript.parentElement, picture = box.querySelector("img"), caption = box.querySelector("figcaption");
  const line = document.createElement("label"), slider = document.createElement("input"), value = document.createElement("output");
  Object.assign(slider, {type: "range", min: 0, max: places.length - 1, step: 1, value: start});
  slider.style.cssText = "width: 20em; margin: 0 1em; vertical-align: middle";
  line.style.display = "block";
  line.append(label, slider, value);
  box.prepend(line);
  const follow = () => {
    const place = places[slider.value];
    Object.assign(picture, {src: place.source, alt: place.says});
    value.textContent = place.name;
    caption.textContent = place.says;
    slider.setAttribute("aria-valuetext", place.name);
  };
  slider.addEventListener("input", follow);
  slider.addEventListener("keydown", (event) => event.stopPropagation());  // or the notebook's arrow keys move to another cell
  follow();
})"""


def slide(label: str, values: Mapping[str, T], picture: Callable[[T], Figure], says: Callable[[T], str], start: str) -> None:
    """Display a picture for each place of a slider, and move between them.

    label: what the slider changes. values: what `picture` draws at each place, by the name that is shown there. says: what there is to
    see, in a sentence: the caption, and what somebody hears who cannot see it. start: the name of the place where the slider begins.
    Raises ValueError for a `start` that is no place.
    """
    from IPython.display import display

    places = [{"name": name, "says": says(value), "source": data_url(picture(value))} for name, value in values.items()]
    begins = list(values).index(start)
    here = places[begins]
    given = ", ".join(json.dumps(each).replace("</", "<\\/") for each in (label, places, begins))
    page = (f'<figure style="margin: 0"><img alt="{escape(here["says"])}" src="{here["source"]}" style="max-width: 100%">'
            f'<figcaption aria-live="polite">{escape(here["says"])}</figcaption><script>{FOLLOW}({given});</script></figure>')
    display({"text/html": page, "text/plain": here["says"]}, raw=True)
