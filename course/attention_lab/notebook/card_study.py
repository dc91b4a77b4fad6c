"""The studies on the capstone's card: what was expected, and what the course's rules say of the runs.

Everything comes from the files that `study` keeps beside the notebook. Somebody may have edited them, so they are data
within bounds. `verdict` needs only what stands on a card, so that anybody can apply the rules again.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from ..networks.training import Results
from ..tasks.five_tasks import TASKS
from .html_table import html_table
from .study import Kept, read
from .study_page import judged

MOST, ARMS, SEEDS = 3, 20, 50  # studies on a card, the newest first; arms of one, and runs of an arm
CUT = 200  # characters of a name on the card


def studies(folder: Path) -> list[dict[str, Any]]:
    """Returns the newest studies in a folder that have finished runs, as they stand on a card. Files that hold
    something else are left out."""
    kept = []
    for file in sorted(folder.glob("study_*.json"))[:100]:
        try:
            study = read(file)
        except (OSError, ValueError):
            continue
        if study.runs and study.task in TASKS:
            kept.append(study)
    kept.sort(key=lambda study: study.begun, reverse=True)
    found = [_line(study) for study in kept]
    return [{**line, **dict(zip(("verdict", "reason"), said))} for line in found if (said := verdict(line))][:MOST]


def _line(study: Kept) -> dict[str, Any]:
    """Returns a study without its verdict. Of an arm that was changed, the newest form counts."""
    newest = {run["arm"]: run["key"] for run in study.runs}
    arms = [{"arm": arm[:CUT], "parameters": next(run["parameters"] for run in study.runs if run["arm"] == arm),
             "scores": [round(run["score"], 2) for run in sorted(study.runs, key=lambda run: run["seed"])
                        if (run["arm"], run["key"]) == (arm, key)][:SEEDS]}
            for arm, key in list(newest.items())[:ARMS]]
    return {"name": study.name[:CUT], "hypothesis": study.hypothesis[:2000], "refuted_if": study.refuted_if[:2000],
            "task": study.task, "begun": study.begun[:CUT], "matters": study.matters,
            "ahead": [[arm[:CUT] for arm in pair] for pair in study.ahead[:ARMS]],
            "controls": [arm[:CUT] for arm in study.controls[:ARMS]], "changes": len(study.changes), "arms": arms}


def verdict(line: Mapping[str, Any]) -> tuple[str, str] | None:
    """Returns the verdict of the course's rules and its reason, from a study on a card; None if an arm that is compared
    has no run."""
    scores = {each["arm"]: each["scores"] for each in line["arms"]}
    compared = [*(arm for pair in line["ahead"] for arm in pair), *line["controls"]]
    if not line["ahead"] or any(len(pair) != 2 for pair in line["ahead"]) or not all(map(scores.get, compared)):
        return None
    results = Results(tuple(scores), tuple(range(max(map(len, scores.values())))),
                      {(arm, seed): {"score": score} for arm, of in scores.items() for seed, score in enumerate(of)})
    said = judged(results, line["ahead"], line["controls"], line["matters"])
    return said.verdict, said.reason


def shown(line: Mapping[str, Any]) -> str:
    """Returns a study as HTML. Everything that a learner wrote is shown as plain text."""
    rows = [(arm["arm"], f"{arm['parameters']:,}", ", ".join(f"{score:.1f}" for score in arm["scores"]))
            for arm in line["arms"]]
    changed = f" It was changed {line['changes']} times after the first run." if line["changes"] else ""
    return (f"<h3>A question of one's own: {escape(line['name'].replace('_', ' '))}</h3>"
            f"<p>Expected before the first run, on {escape(line['begun'])}:</p>"
            f"<blockquote>{escape(line['hypothesis'])}</blockquote>"
            f"<p>What would refute it:</p><blockquote>{escape(line['refuted_if'])}</blockquote>"
            f"<p><b>{escape(line['verdict'])}:</b> {escape(line['reason'])}</p>"
            f"{html_table(('arm', 'parameters', 'right answers of each run, %'), rows)}"
            f"<p><small>Task \"{escape(line['task'])}\". The course's rules gave the verdict.{changed}</small></p>")
