"""Makes what a learner wrote harmless on a page that somebody else opens: none of it is run.

Two pages of nbgrader show a submission, formgrader's and the feedback, and both show Markdown with all the HTML in it.
A cell that holds more than the plain tags below is shown as text. The cell itself is changed, so it is harmless
wherever it is opened.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape

from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.outward import on_terminal
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
# a picture's address within a page, or of a file beside the notebook
BESIDE = re.compile(r"data:[^\x00]*|(attachment:)?(?!/)(?!.*(\.|%2e){2})[\w %./-]*", re.IGNORECASE)
TEXT, WITHIN = "text-", re.compile("^#.")  # what an id in a text begins with, and a link to one
LAST = "attention-lab-end"  # a tag that is put behind a learner's text, to see that it is read as one
CLOSING = "-->]]>?>'>\">"  # behind that tag: the end of whatever could still be open before it
NOT_SHOWN = "This cell holds HTML or links that are not shown to others, or is very long. Here it is as text."
LONGEST = 8_000  # characters of a learner's cell that are rendered, and ...
MOST = 60_000  # ... of all such cells of a notebook: Markdown can be written so that its rendering takes very long
# characters of base64 that all attached pictures of a notebook come to, each as often as it is shown
MOST_PICTURES = 8_000_000
MOST_TEXTS = 400_000  # characters of all cells that are shown as text
LONGEST_CODE, MOST_CODE = 10_000, 60_000  # the same of code, which is coloured
GAP = re.compile(r"\s{200,}")  # at each line of one, the colouring looks at all of it
MOST_ADDED = 500  # cells without one of nbgrader's marks; the longest lesson has 79 cells in all
REST = "\n# ... (the rest is in the notebook that was handed in)"


def make_harmless(cells: list[NotebookNode]) -> None:
    """Leaves every plain Markdown cell as it is, and turns each of the others into text that shows its source."""
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
    """Returns how many characters the attached pictures of a cell take on a page; None if the page would hold more than
    plain tags. A picture counts as often as it is shown. Small stand-ins are rendered in place of the pictures, because
    one picture can be shown hundreds of times."""
    attached: list[str] = []
    standing_in = {}
    for name, bundle in cell.get("attachments", {}).items():
        standing_in[name] = {mime: f"picture{len(attached) + n}=" for n, mime in enumerate(bundle)}
        attached += bundle.values()
    try:
        html = render_markdown(NotebookNode({**cell, "attachments": standing_in}))
        return (
            None
            if unsafe(html) or unsafe(on_formgraders_page(html))
            else sum(html.count(f"base64,picture{n}=") * len(data) for n, data in enumerate(attached))
        )
    except Exception:  # nbconvert stops at a picture that is not attached, and on the page it would stop as well
        return None


def render_markdown(cell: NotebookNode) -> str:
    """Returns the HTML that nbgrader's pages make from a Markdown cell."""
    return _exporter().markdown2html({"cell": cell}, cell.source)


def on_formgraders_page(html: str) -> str:
    """Replaces nbconvert's filter `strip_files_prefix`, which takes quadratic time and is only needed for the links of
    old notebook servers. Returns a cell's text without pictures from other addresses and signs that turn its direction,
    and with ids that no other part of the page has.

    formgrader finds the box for an exercise's points by its id, and takes the first element that has the id. A heading
    `# squeeze-check` above the box would come first and take its place. A browser opens the address of every picture by
    itself, even an address that logs its user out of a hub.
    """
    soup = BeautifulSoup(html, "html.parser")
    for picture in soup.find_all(src=True):
        if not BESIDE.fullmatch(str(picture["src"]).strip()):
            picture.replace_with(f"[picture: {picture.get('alt') or 'it is elsewhere'}]")
    for tag in soup.find_all(id=True):
        tag["id"] = f"{TEXT}{tag['id']}"
    for link in soup.find_all(href=WITHIN):
        link["href"] = f"#{TEXT}{link['href'][1:]}"
    return on_terminal(str(soup), lines=True)


@cache
def _exporter() -> HTMLExporter:
    return HTMLExporter()


def unsafe(html: str) -> str | None:
    """Returns the first thing in `html` that is more than a plain tag with plain attributes; None if there is nothing.

    Each page is read with Python's parser and written again, by nbconvert or by us. Browsers read other tags in some
    texts, but none in what is written: there each tag and each quote of an attribute is closed, and each sign `<` of
    the text is escaped. What is open at the end counts as unsafe, because it would swallow what follows.
    """
    soup = BeautifulSoup(f"{html}<{LAST}>{CLOSING}", "html.parser")
    if LAST in html or not soup.find(LAST):
        return "the end"
    for each in soup.descendants:
        if isinstance(each, PreformattedString):
            return type(each).__name__  # a comment, a declaration, ...
        if isinstance(each, Tag) and (foreign := _foreign(each)):
            return foreign
    return None


def _foreign(tag: Tag) -> str | None:
    if tag.name not in TAGS and tag.name != LAST or tag.name == "input" and "type" not in tag.attrs:
        return tag.name
    for name in tag.attrs:
        value = " ".join(tag.get_attribute_list(name))
        if name not in ATTRIBUTES or not ATTRIBUTES[name].fullmatch(value.strip()):
            return f"{tag.name} {name}={value!r}"
    return None


def short(code: str, most: int = LONGEST_CODE) -> str:
    """Returns the beginning of code that is too long for anybody to read, and only the beginning of long gaps in it."""
    return GAP.sub(lambda gap: gap[0][:200], code if len(code) <= most else code[:most] + REST)


class ShortCode(NbGraderPreprocessor):
    """Shortens code, of each cell and of all."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        left = MOST_CODE
        for cell in nb.cells:
            if cell.cell_type == "code":
                most = max(0, min(LONGEST_CODE, left))
                left -= len(cell.source)
                cell.source = short(cell.source, most)
        return nb, resources


class FewCells(NbGraderPreprocessor):
    """Limits the number of cells on a page, because each takes about a millisecond. All cells with one of nbgrader's
    marks are shown. Of the others, only the first MOST_ADDED are shown."""

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
    """Escapes a student's id and name, because formgrader writes them into the page of a submission as they are."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        for key in ("student", "first_name", "last_name", "notebook_path"):
            if isinstance(resources.get(key), str):
                resources[key] = escape(resources[key])
        return nb, resources
