"""The card of the capstone: which rows of the papers' tables were met, the scores of the heat map, seeds, versions and the processor.

    paper_card(table, results)      writes card.html and card.json beside the notebook, and shows the card

Nothing on it says whose it is: no name, no folder, no host. Scores of a training are marked as unverified, because they are what
somebody's machine said.
"""

from __future__ import annotations

import json
import math
import os
import platform
from html import escape
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from ..networks.paper_tables import PaperTable
from ..networks.training import Results

STYLE = """body{font:15px/1.5 Arial,Helvetica,sans-serif;color:#222;background:#fcfcfa;max-width:46em;margin:2em auto;padding:0 1em}
table{border-collapse:collapse}td,th{text-align:left;padding:.15em .9em .15em 0}.met{color:#00704f}small{color:#555}"""


class Card:
    """What stands on the card, as data and as HTML."""

    def __init__(self, table: PaperTable, results: Results | None):
        self.data: dict[str, Any] = {
            "course": "Attention by Hand", "lesson": "10_capstone", "tables": [
                {"network": row.network, "authors": row.exact, "stated": row.stated or None,
                 "yours": yours if isinstance(yours, int) else None, "met": yours == row.exact} for row, yours in table.found.items()],
            "scores": _scores(results), "versions": _versions(), "machine": {"processor": _processor(), "cores": os.cpu_count()}}

    def html(self) -> str:
        """A whole page, with nothing to load."""
        return ('<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Attention by Hand: capstone card</title>'
                f"<style>{STYLE}</style><body>{self._repr_html_()}</body></html>\n")

    def _repr_html_(self) -> str:
        tables, scores = self.data["tables"], self.data["scores"]
        met = [row for row in tables if row["met"]]
        parts = ["<h2>Attention by Hand: capstone</h2>",
                 f"<p><b>{len(met)} of {len(tables)} rows of the papers' tables met to the last digit</b>, "
                 "with modules written by hand.</p>",
                 _table(("network", "parameters", "the authors state"),
                        [(f"✓ {row['network']}", f"{row['yours']:,}", row["stated"] or "–") for row in met], "met")]
        if scores["rows"]:
            parts += [f"<h3>Scores ({escape(scores['status'])})</h3>",
                      _table(("module", "task", "mean, %", "standard error", "seeds"), [_line(row) for row in scores["rows"]])]
        versions, machine = self.data["versions"], self.data["machine"]
        said = ", ".join(f"{name} {number}" for name, number in versions.items())
        return "".join([*parts, f"<p><small>{escape(said)}; {escape(machine['processor'])}, {machine['cores']} cores</small></p>"])

    def __repr__(self) -> str:
        tables = self.data["tables"]
        return f"{sum(row['met'] for row in tables)} of {len(tables)} rows met; {len(self.data['scores']['rows'])} scores (unverified)"


def paper_card(table: PaperTable, results: Results | None = None, folder: Path | None = None) -> Card:
    """Write card.html and card.json into a folder (default: the current one), and return the card, which a notebook shows.

    table: of `paper_table()`. results: of `compare`, with tasks as measures; None before anything was trained.
    """
    card, folder = Card(table, results), folder or Path.cwd()
    (folder / "card.json").write_text(json.dumps(card.data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "card.html").write_text(card.html(), encoding="utf-8")
    return card


def _scores(results: Results | None) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    if results is None:
        return {"status": "unverified", "seeds": [], "rows": rows}
    for arm in results.arms:
        for task in results.measures:
            scores, error = results.scores(arm, task), results.standard_error(arm, task)
            if scores:
                rows.append({"module": arm, "task": task, "mean": round(results.mean(arm, task), 2),
                             "standard_error": round(error, 2) if math.isfinite(error) else None, "seeds": len(scores)})
    return {"status": "unverified", "seeds": list(results.seeds), "rows": rows}


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    error = "–" if row["standard_error"] is None else f"{row['standard_error']:.1f}"
    return row["module"], row["task"], f"{row['mean']:.1f}", error, str(row["seeds"])


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]], kind: str = "") -> str:
    lines = [f"<tr>{''.join(f'<th>{escape(cell)}</th>' for cell in head)}</tr>"]
    lines += [f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows]
    return f'<table class="{kind}">{"".join(lines)}</table>'


def _versions() -> dict[str, str]:
    try:
        own = version("attention-lab")
    except PackageNotFoundError:
        own = "not installed"
    return {"python": platform.python_version(), "torch": torch.__version__, "attention_lab": own}


def _processor() -> str:
    """The processor's name; nothing that tells one machine of its kind from another."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
