"""Drawings that follow sliders and buttons, by pointer or keyboard, in a notebook and in an exported page.

They are drawn in the browser, from numbers that one output holds. Without scripts there is one still drawing, and no
control that does nothing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from importlib.resources import files
from itertools import product
from typing import Any
from xml.etree import ElementTree

from .panels import Panel


def slide(controls: Mapping[str, Mapping[str, Any]], picture: Callable[..., Sequence[Panel]], says: Callable[..., str],
          start: Sequence[str], plays: str = "") -> None:
    """Displays panels side by side that follow one or more controls.

    controls: by the control's label, its values by their names. Numbers get a slider; anything else gets a button for
        each value.
    picture: takes one value of each control, and returns panels, which differ only in their numbers.
    says: takes the same values, and says in a sentence what the panels show. It is the caption, and people who cannot
        see the panels hear it.
    start: for each control, the name of its value at the beginning.
    plays: the label of the slider that has a button to play it once.

    Raises ValueError if `start` names a value that does not exist.
    """
    from IPython.display import display

    kinds = [(label, list(values), all(isinstance(value, int | float) for value in values.values()))
             for label, values in controls.items()]
    begins = [names.index(name) for (_, names, _), name in zip(kinds, start, strict=True)]
    places = list(product(*(values.values() for values in controls.values())))
    here = list(product(*(names for _, names, _ in kinds))).index(tuple(start))
    drawn = list(zip(*([panel.drawing() for panel in picture(*place)] for place in places), strict=True))
    seen = [[which, *change] for which, each in enumerate(drawn) for change in _changes(each)]
    said = [says(*place) for place in places]
    given = ",".join(json.dumps(each, separators=(",", ":")).replace("</", "<\\/")
                     for each in (kinds, begins, said, seen, plays))
    script = files(__package__).joinpath("touch.js").read_text(encoding="utf-8").strip()
    stills = "".join(f'<img alt="{"" if which else escape(said[here])}" style="max-width: 100%" '
                     f'src="data:image/svg+xml;base64,{_base64(each[here])}">'
                     for which, each in enumerate(drawn))
    display({"text/html": '<figure class="attention-lab-slide" style="margin: 0; display: flex; flex-wrap: wrap; '
                          f'align-items: flex-start; gap: 4px 12px">{stills}<figcaption aria-live="polite" '
                          f'style="flex-basis: 100%">{escape(said[here])}</figcaption>'
                          f"<script>{script}({given});</script></figure>",
             "text/plain": said[here]}, raw=True)


def _base64(drawing: str) -> str:
    return base64.b64encode(drawing.encode("ascii", "xmlcharrefreplace")).decode()


def _changes(drawings: Sequence[str]) -> list[tuple[int, str, list[str], list[int]]]:
    """Returns what differs between drawings of the same elements: an element's number, the name of its attribute ("" if
    it is the text), the different values, and which of them each drawing has."""
    found = []
    elements = zip(*(ElementTree.fromstring(drawing).iter() for drawing in drawings), strict=True)
    for number, same in enumerate(elements):
        for name in ("", *same[0].keys()):
            values = [element.get(name, "") if name else element.text or "" for element in same]
            if len(different := list(dict.fromkeys(values))) > 1:
                found.append((number, name, different, [different.index(value) for value in values]))
    return found
