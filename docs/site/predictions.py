"""The predictions of a lesson as forms: numbers to fill in, and the measured ones beside them after a click."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).with_name("predictions.json")  # made by docs/site/measure.py
CALLS = "predict_then_run(", "plot.show("  # what compares predictions with measured numbers
WRITE_DOWN = "Write down your numbers before you read on."
IN_THE_NOTEBOOK = "In the notebook, your numbers appear here, beside those of your own run."


def compares(source: str) -> bool:
    """Says whether a cell compares predictions with what was measured."""
    return any(call in source for call in CALLS)


def keyed(cells: Iterable[Any]) -> Iterator[tuple[Any, str]]:
    """Yields each cell of a notebook with a key. It changes with the code of its section up to there, because what a
    changed cell compares has to be measured anew."""
    code = ""
    for cell in cells:
        if cell["cell_type"] == "markdown" and cell["source"].startswith("## "):
            code = ""
        code += cell["source"] * (cell["cell_type"] == "code")
        yield cell, sha256(code.encode()).hexdigest()[:12]


def recorded() -> dict[str, dict[str, dict[str, Any]]]:
    """{lesson: {a cell's key: {"unit": ..., "measured": {quantity: number}}}}."""
    return json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.is_file() else {}


def form(lesson: str, source: str, key: str) -> str:
    """A cell's prediction as a form in HTML, or a sentence in its place if there is nothing to compare with.

    There is nothing if a cell only asks for a guess and measures nothing, or if a new cell has not been measured yet.

    predictions.js compares. Without it, what was measured is in a fold.
    """
    known = recorded().get(lesson, {}).get(key)
    if not known:
        return f"<p><i>{IN_THE_NOTEBOOK if compares(source) else WRITE_DOWN}</i></p>"
    # "nan" has no number in JSON
    unit, measured = escape(known["unit"]), {name: float(value) for name, value in known["measured"].items()}
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td><input inputmode="decimal" autocomplete="off" size="10" '
        f'aria-label="Your prediction: {escape(name)}"></td><td data-measured="{value}">?</td><td></td></tr>'
        for name, value in measured.items())
    answers = "".join(f"<li>{escape(name)}: {short(value)}</li>" for name, value in measured.items())
    return (f'<form class="prediction" data-unit="{unit}"><table><thead><tr><th scope="col">{unit}</th>'
            '<th scope="col">your prediction</th><th scope="col">measured</th><th scope="col">how far '
            'off</th></tr></thead>'
            f'<tbody>{rows}</tbody></table><button>Compare</button></form>'
            f'<details class="measured"><summary>What was measured ({unit})</summary><ul>{answers}</ul></details>')


def short(value: float) -> str:
    """As the notebook writes it."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
