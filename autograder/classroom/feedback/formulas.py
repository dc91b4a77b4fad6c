"""Writes the formulas of a lesson's text as MathML, which browsers draw by themselves.

latex2mathml's own `convert` undoes the escaping of what it writes, so a formula could smuggle in HTML tags. Here the
standard library writes out the elements that latex2mathml makes. Besides, only formulas of our own lessons are
converted.
"""

from __future__ import annotations

import re
from html import unescape
from xml.etree.ElementTree import Element, tostring

from bs4 import BeautifulSoup, NavigableString
from bs4.element import PageElement
from latex2mathml.converter import Converter

FORMULA = re.compile(r"\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^$]+?)\$", re.DOTALL)
CODE = ("code", "pre", "script", "style", "svg")  # a dollar in these is one


def with_formulas(soup: BeautifulSoup) -> None:
    """Replaces `$...$` and `$$...$$` in the texts of a page, which nbconvert leaves as they are for MathJax."""
    for text in list(soup.find_all(string=FORMULA)):
        if type(text) is NavigableString and not text.find_parents(CODE):
            text.replace_with(*_pieces(str(text)))


def _pieces(text: str) -> list[PageElement]:
    pieces: list[PageElement] = []
    end = 0
    for match in FORMULA.finditer(text):
        pieces.append(NavigableString(text[end:match.start()]))
        block = match["block"] is not None
        formula = mathml(match["block"] if block else match["inline"], block)
        pieces.append(BeautifulSoup(f'<div class="formula">{formula}</div>' if block else formula,
                                    "html.parser").contents[0])
        end = match.end()
    return [*pieces, NavigableString(text[end:])]


def mathml(latex: str, block: bool = False) -> str:
    """Returns a formula as a MathML element. Raises latex2mathml's exceptions if it is not a formula."""
    math = Converter(display="block" if block else "inline").convert_to_element(latex.strip())
    for element in math.iter():
        _decode(element)
    return tostring(math, encoding="unicode")


def _decode(element: Element) -> None:
    """Turns the signs that latex2mathml writes as `&#x02211;` into characters, because the standard library escapes
    text itself."""
    element.text, element.tail = (unescape(said) if said else said for said in (element.text, element.tail))
