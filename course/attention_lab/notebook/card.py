"""The card of the capstone, a page that sums up a learner's results for somebody who does not know the course.

It shows which rows of the papers' tables were met, the scores of the heat map and their seeds. It also shows the
networks that the learner trained, their own studies, and their best attempt at the record with its code. Below these
are the date, the versions of the software, and the processor.

    paper_card(table, results)      writes card.html and card.json beside the notebook, and shows the card

Networks, studies and the record are read from the files beside the notebook. Nothing on the card says whose it is: no
name, no folder, no host. Scores are marked as unverified, because they come from somebody's own machine.
"""

from __future__ import annotations

import json
import math
import os
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from ..networks.paper_tables import CAPSTONE, PaperTable
from ..networks.record import RULES
from ..networks.training import Results
from ..storage import write
from ..tasks.task_scores import SOLVED
from . import card_network, card_study
from .html_table import html_table
from .own_record import Attempt, best
from .versions import processor, repository, versions

COURSE = "Attention by Hand"
STYLE = """body{font:15px/1.5 Arial,Helvetica,sans-serif;color:#222;background:#fcfcfa;max-width:46em;margin:2em auto;padding:0 1em}
table{border-collapse:collapse}td,th{text-align:left;padding:.15em .9em .15em 0}.met{color:#00704f}small{color:#555}
blockquote{margin:.6em 0;padding:.3em 1em;border-left:4px solid #0072b2;white-space:pre-wrap}
pre{overflow-x:auto;background:#f3f3ef;padding:1em;font-size:13px}"""  # noqa: E501


class Card:
    """The content of the card, as data and as HTML."""

    def __init__(self, table: PaperTable, results: Results | None, studies: card_study.Found | None = None,
                 attempt: Attempt | None = None, networks: card_study.Found | None = None):
        studies, networks = studies or card_study.Found([]), networks or card_study.Found([])
        self.data: dict[str, Any] = {
            "course": COURSE, "lesson": CAPSTONE, "made": date.today().isoformat(), "tables": [
                {"network": row.network, "code": row.exact, "source": row.source, "third_party": row.third_party,
                 "stated": row.stated or None, "unit": row.unit, "second_hand": bool(row.stated) and not row.verified,
                 "yours": yours if isinstance(yours, int) else None,
                 "met": row.meets(yours)} for row, yours in table.found.items()],
            "scores": _scores(results), "networks": networks.shown, "more_networks": networks.more,
            "studies": studies.shown, "more_studies": studies.more,
            "record": _record(attempt), "versions": versions(),
            "machine": {"processor": processor(), "cores": os.cpu_count()}}

    def html(self) -> str:
        """Returns a whole HTML page that loads nothing from elsewhere."""
        return ('<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Attention by Hand: capstone card</title>'
                f"<style>{STYLE}</style><body><main>{self._repr_html_()}</main></body></html>\n")

    def _repr_html_(self) -> str:
        tables, scores = self.data["tables"], self.data["scores"]
        met = [row for row in tables if row["met"]]
        equal = [row for row in tables if not row["met"] and row["yours"] == row["code"]]
        parts = [f"<h2>{COURSE}: capstone</h2>",
                 f"<p>{_where()} is a course in which the attention modules of computer vision are written by hand. "
                 "In its last lesson they are put into whole networks.</p>",
                 f"<p>Papers or their authors state {_stated(tables)} numbers, and <b>{len(met)} of them are met</b>: "
                 "the networks have exactly as many parameters as the published code.</p>",
                 html_table(("network", "parameters", "stated", "M stands for", "code"),
                        [(f"✓ {row['network']}", f"{row['yours']:,}", _printed(row), row["unit"], _code(row))
                         for row in met], "met")]
        if any(row["second_hand"] for row in met):
            parts.append("<p><small>Second-hand: the number is often quoted, but we have not read it in the paper "
                         "itself.</small></p>")
        if equal:
            parts += ["<p>These are as large as the published code, but another number is stated, or none:</p>",
                      html_table(("network", "parameters", "stated", "code"),
                             [(row["network"], f"{row['yours']:,}", _printed(row), _code(row)) for row in equal])]
        if scores["rows"]:
            parts += [f"<h3>Scores ({escape(scores['status'])})</h3>",
                      html_table(("module", "task", "mean, %", "standard error", "seeds"),
                             [_line(row) for row in scores["rows"]])]
        parts.append(card_network.shown(self.data["networks"], self.data["more_networks"]))
        parts += [card_study.shown(each) for each in self.data["studies"]]
        if more := self.data["more_studies"]:
            parts += [f"<p>Not shown here: {more} more {'study' if more == 1 else 'studies'}, older or unfinished.</p>"]
        parts += [_attempted(self.data["record"])] if self.data["record"] else []
        versions, machine = self.data["versions"], self.data["machine"]
        said = ", ".join(f"{name} {number}" for name, number in versions.items())
        return "".join([*parts, f"<p><small>{self.data['made']}; {escape(said)}; {escape(machine['processor'])}, "
                                f"{machine['cores']} cores</small></p>"])

    def __repr__(self) -> str:
        tables = self.data["tables"]
        met = sum(row["met"] for row in tables)
        parts = [f"{met} of {_stated(tables)} stated numbers met",
                 f"{len(self.data['scores']['rows'])} scores (unverified)"]
        parts += [f"network with {each['module']}: {', '.join(f'{score:.1f} %' for score in each['scores'])} "
                  "(unverified)" for each in self.data["networks"]]
        parts += [f"study '{each['name']}': {each['verdict'].lower()}" for each in self.data["studies"]]
        if more := self.data["more_studies"]:
            parts += [f"{more} more {'study' if more == 1 else 'studies'}, not shown"]
        record = self.data["record"]
        parts += [f"record: {len(record['solved'])} tasks solved with {record['numbers']:,} numbers"] if record else []
        return "; ".join(parts)


def paper_card(table: PaperTable, results: Results | None = None, folder: Path | None = None) -> Card:
    """Writes card.html and card.json into a folder, and returns the card, which a notebook then shows.

    table: the result of `paper_table()`.
    results: the result of `compare`, with tasks as measures; None before anything was trained.
    folder: where to write, and where networks, studies and the record are read from; by default the current folder.
    """
    folder = folder or Path.cwd()
    card = Card(table, results, card_study.studies(folder), best(folder), card_network.networks(folder))
    write(folder / "card.json", json.dumps(card.data, indent=1, ensure_ascii=False) + "\n")
    write(folder / "card.html", card.html())
    return card


def _record(attempt: Attempt | None) -> dict[str, Any] | None:
    """Returns an attempt at the record as it stands on the card, with the tasks that it solves."""
    if attempt is None:
        return None
    return {"numbers": attempt.numbers, "scores": attempt.scores, "solved": attempt.record().solved,
            "code": attempt.code, "made": attempt.made[:10]}


def _attempted(record: dict[str, Any]) -> str:
    """Returns an attempt at the record as HTML. Its code is shown as plain text."""
    rows = [(f"{'✓' if task in record['solved'] else '○'} {task}", ", ".join(f"{score:.1f}" for score in scores))
            for task, scores in record["scores"].items()]
    code = f"<pre>{escape(record['code'])}</pre>" if record["code"] else "<p>Its code was not kept.</p>"
    return (f"<h3>One module for five tasks (unverified)</h3><p>The challenge: solve as many of five tasks as possible "
            f"with one module of at most {RULES.most:,} numbers. A task counts if {RULES.needed} of {RULES.seeds} runs "
            f"answer {SOLVED:g} % right.</p><p><b>{len(record['solved'])} of {len(record['scores'])} tasks are solved, "
            f"with {record['numbers']:,} numbers</b> ({escape(record['made'])}).</p>"
            f"{html_table(('task', 'right answers of each run, %'), rows)}{code}")


def _stated(tables: list[dict[str, Any]]) -> int:
    """Counts the networks whose number of parameters somebody has stated."""
    return sum(bool(row["stated"]) for row in tables)


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


def _where() -> str:
    """Returns the course's name, with a link to this lesson once the course is published."""
    address = f"{repository()}/tree/main/course/{CAPSTONE}" if repository() else ""
    return f'<a href="{escape(address)}">{COURSE}</a>' if address else COURSE


def _printed(row: dict[str, Any]) -> str:
    return f"{row['stated'] or '–'}{' (second-hand)' if row['second_hand'] else ''}"


def _code(row: dict[str, Any]) -> str:
    """Says whose code the parameters were counted in."""
    return f"{row['source'].partition('@')[0]}{' (third party)' if row['third_party'] else ''}"


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    error = "–" if row["standard_error"] is None else f"{row['standard_error']:.1f}"
    return row["module"], row["task"], f"{row['mean']:.1f}", error, str(row["seeds"])

