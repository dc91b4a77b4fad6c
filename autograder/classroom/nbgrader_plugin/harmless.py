"""What a learner wrote, on a page that somebody else opens: nothing of it runs.

nbgrader's two pages of a submission (formgrader's and the feedback) show Markdown with all the HTML in it. A cell that
would bring more than the plain tags below is shown as the text that it is.
The cell itself is changed, so it is harmless wherever it is opened.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape

from bleach._vendor.html5lib.constants import tokenTypes
from bleach.html5lib_shim import HTMLTokenizer
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.submission.parse import as_text

TAGS = frozenset("""
    a abbr b blockquote br center cite code dd del details div dl dt em font h1 h2 h3 h4 h5 h6 hr i img input ins
    kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var
""".split())
WORDS = re.compile(r"[^<>\x00]*")
ATTRIBUTES = {
    "href": re.compile(r"(https?://|mailto:|#)[^\x00-\x20]*", re.IGNORECASE),
    "src": re.compile(
        r"https?://[^\x00-\x20]*|data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*|(attachment:)?[\w %./-]*",
        re.IGNORECASE,
    ),
    # What nbconvert and its highlighter write themselves.
    "class": re.compile(r"anchor-link|highlight|linenos|[a-z]{1,3}\d?|task-list-item(-checkbox)?"),
    "type": re.compile("checkbox"),
    "style": re.compile(r"text-align: ?(left|right|center);?"),
    **dict.fromkeys(["width", "height", "colspan", "rowspan", "start", "size"], re.compile(r"[\d.]+(px|%)?")),
    **dict.fromkeys(["title", "alt", "align", "open", "color", "id", "disabled", "checked"], WORDS),
}
TOKENS = {number: name for name, number in tokenTypes.items()}
# a picture's address within a page, or of a file beside the notebook
BESIDE = re.compile(r"data:[^\x00]*|(attachment:)?(?!/)(?!.*(\.|%2e){2})[\w %./-]*", re.IGNORECASE)
TEXT, WITHIN = "text-", re.compile("^#.")  # what an id in a text begins with, and a link to one
LAST = "attention-lab-end"  # a tag that is put behind a learner's text, to see that it is read as one
NOT_SHOWN = "This cell holds HTML or links that are not shown to others, or is very long. Here it is as text."
LONGEST = 8_000  # characters of a learner's cell that are rendered, and ...
MOST = 60_000  # ... of all such cells of a notebook: Markdown can be written so that its rendering takes very long
# characters of base64 that all attached pictures of a notebook come to, each as often as it is shown
MOST_PICTURES = 8_000_000
MOST_TEXTS = 400_000  # characters of all cells that are shown as text
# the same of code, which is coloured: up to a tenth of a millisecond a character
LONGEST_CODE, MOST_CODE = 10_000, 60_000
MOST_ADDED = 500  # cells without one of nbgrader's marks; the longest lesson has 79 cells in all
REST = "\n# ... (the rest is in the notebook that was handed in)"


def make_harmless(cells: list[NotebookNode]) -> None:
    """Leave every Markdown cell that is plain as it is; of the others, show the source as text."""
    left, pictures, texts = MOST, MOST_PICTURES, MOST_TEXTS
    for cell in cells:
        left -= len(cell.source)
        pixels = _pictures(cell) if len(cell.source) <= LONGEST and left >= 0 else None
        if pixels is not None and pixels <= pictures:
            pictures -= pixels
        else:
            shown = as_text(cell.source, max(0, texts))
            texts -= len(cell.source)
            cell.source = f"*{NOT_SHOWN}*\n\n{shown}"


def _pictures(cell: NotebookNode) -> int | None:
    """How many characters the attached pictures of a cell take on a page, each as often as it is shown there; None if
    more than plain tags would be on it. Small stand-ins are rendered instead: one picture can be shown hundreds of
    times."""
    attached: list[str] = []
    standing_in = {}
    for name, bundle in cell.get("attachments", {}).items():
        standing_in[name] = {mime: f"picture{len(attached) + n}=" for n, mime in enumerate(bundle)}
        attached += bundle.values()
    try:
        html = rendered(NotebookNode({**cell, "attachments": standing_in}))
        return (
            None
            if unsafe(html) or unsafe(on_formgraders_page(html))
            else sum(html.count(f"base64,picture{n}=") * len(data) for n, data in enumerate(attached))
        )
    except Exception:  # nbconvert stops at a picture that is not attached, and on the page it would stop as well
        return None


def rendered(cell: NotebookNode) -> str:
    """The HTML that nbgrader's pages make of a Markdown cell."""
    return _exporter().markdown2html({"cell": cell}, cell.source)


def on_formgraders_page(html: str) -> str:
    """In the place of nbconvert's filter `strip_files_prefix`, which takes quadratic time, for links of old notebook
    servers: the text of a cell, with ids that no other part of the page has, and no pictures from elsewhere.

    formgrader finds the box for an exercise's points by its id and takes the first, which a heading `# squeeze-check`
    above it would be. A browser opens a picture's address by itself, also one that logs its user out of a hub.
    """
    soup = BeautifulSoup(html, "html.parser")
    for picture in soup.find_all(src=True):
        if not BESIDE.fullmatch(str(picture["src"]).strip()):
            picture.replace_with(f"[picture: {picture.get('alt') or 'it is elsewhere'}]")
    for tag in soup.find_all(id=True):
        tag["id"] = f"{TEXT}{tag['id']}"
    for link in soup.find_all(href=WITHIN):
        link["href"] = f"#{TEXT}{link['href'][1:]}"
    return str(soup)


@cache
def _exporter() -> HTMLExporter:
    return HTMLExporter()


def unsafe(html: str) -> str | None:
    """The first thing in `html` that is more than a plain tag with plain attributes, or None.

    It is read by the rules of browsers. nbconvert reads every page with Python's parser and writes it anew, and the two
    disagree about blanks and comments; so the text is looked at as it is and as it is written anew. An open quote or
    tag at its end would take up what follows.
    """
    closed = f"{html}<{LAST}>"
    return _foreign(closed) or _foreign(str(BeautifulSoup(closed, "html.parser")))


def _foreign(html: str) -> str | None:
    last = None
    for token in HTMLTokenizer(html):  # tags alone: none of those that are let through changes how the next is read
        kind = TOKENS[token["type"]]
        if kind in ("StartTag", "EmptyTag"):
            last = token["name"]
            if last not in TAGS and last != LAST or last == "input" and "type" not in token["data"]:
                return last
            for name, value in token["data"].items():
                if name not in ATTRIBUTES or not ATTRIBUTES[name].fullmatch(value.strip()):
                    return f"{last} {name}={value!r}"
        elif kind in ("Comment", "Doctype"):
            return kind
    return None if last == LAST else "the end"


class ShortCode(NbGraderPreprocessor):
    """Of code that nobody would read to its end, a page shows the beginning."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        left = MOST_CODE
        for cell in nb.cells:
            if cell.cell_type == "code":
                most = max(0, min(LONGEST_CODE, left))
                left -= len(cell.source)
                if len(cell.source) > most:
                    cell.source = cell.source[:most] + REST
        return nb, resources


class FewCells(NbGraderPreprocessor):
    """A page shows all cells with one of nbgrader's marks, and of the others the first MOST_ADDED: each takes about
    a millisecond."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        left, kept = MOST_ADDED, []
        for cell in nb.cells:
            own = bool(cell.metadata.get("nbgrader", {}).get("grade_id"))
            left -= not own
            if own or left >= 0:
                kept.append(cell)
        if left < 0:
            kept.append(new_markdown_cell(f"*{-left:,} more cells are in the notebook that was handed in.*",
                                          id="more-cells"))
        nb.cells = kept
        return nb, resources


class EscapeNames(NbGraderPreprocessor):
    """formgrader writes a student's id and name into the page of a submission as they are;
    they come here before they are written."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        for key in ("student", "first_name", "last_name", "notebook_path"):
            if isinstance(resources.get(key), str):
                resources[key] = escape(resources[key])
        return nb, resources
