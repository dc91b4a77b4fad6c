"""Sentences for practitioners: those of the class room, said in the words of this tool."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

INSTEAD: tuple[tuple[str, str | Callable[[re.Match], str]], ...] = (
    (r"Another convention: (.)", lambda found: found[1].upper()),
    (r" The rest is right\.|, as in the page's bug museum|, as on the page| \(.*?was the cell run\?\)", ""),
    (r"(?<=\. )Here (?=[a-z])", "In the published module "),
    (r"(the|this) exercise('s)?( (asks for|names|has))?",
     lambda found: "the published module" + ("'s" if found[2] else "") + (" has" if found[3] else "")),
    (r"The exercise", "The published module"), (r"(the|this) lesson('s)?", r"the module\2"),
    (r"\b([Tt])he page\b", r"\1he paper"), (r"inputs that we tried", "inputs"))


def outside(sentence: str) -> str:
    """Returns a report's sentence without the words of the class room."""
    for old, new in INSTEAD:
        sentence = re.sub(old, new, sentence)
    return sentence


def page(lines: list[str]) -> str:
    """Returns lines as a notebook shows them; the first is the verdict."""
    first, *rest = map(escape, lines)
    below = "".join(f"<p style='white-space:pre-wrap'>{line}</p>" for line in rest)
    return f"<p><strong>{first}</strong></p>{below}"
