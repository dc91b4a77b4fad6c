"""The studies on the capstone's card: what was expected, and what the course's rules say of the runs.

Everything comes from the files that `study` keeps beside the notebook. Somebody may have edited them, so they are data
within bounds. `verdict` needs only what stands on a card, so that anybody can apply the rules again.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from ..networks.training import Results
from ..tasks.five_tasks import TASKS
from .html_table import html_table
from .study import Kept, read
from .study_page import SIGNS, judged, steps_of

MOST, ARMS, SEEDS = 3, 20, 50  # studies on a card, the newest first; arms of one, and runs of an arm
# The page's own study is no learner's question, as long as nothing in it was changed.
EXAMPLE, EXAMPLE_BEGINS = "places", 'Position attention fails at "far" because it cannot tell where a position is.'
CUT = 200  # characters of a name on the card


class Found(NamedTuple):
    """What a card shows of one kind, studies or networks. more: how many others there are, older or unfinished."""

    shown: list[dict[str, Any]]
    more: int = 0


def studies(folder: Path) -> Found:
    """Returns the newest finished studies in a folder, as they stand on a card. Files that hold something else are left
    out, and so is the page's own example."""
    kept, unfinished = [], 0
    for file in sorted(folder.glob("study_*.json"))[:100]:
        try:
            study, changed = read(file), file.stat().st_mtime_ns
        except (OSError, ValueError):
            continue
        if not study.runs or study.task not in TASKS or _is_example(study):
            continue
        if study.finished():
            kept.append((max(run["day"] for run in study.runs), study.begun, changed, study))
        else:
            unfinished += 1
    kept.sort(key=lambda each: each[:3], reverse=True)
    found = [{**line, **dict(zip(("verdict", "reason"), said))} for *_, study in kept
             if (said := verdict(line := _line(study)))]
    return Found(found[:MOST], len(found[MOST:]) + unfinished)


def _is_example(study: Kept) -> bool:
    return study.name == EXAMPLE and study.hypothesis.startswith(EXAMPLE_BEGINS) and not study.changes


def _line(study: Kept) -> dict[str, Any]:
    """Returns a study without its verdict, with the runs that count on its page, too."""
    results, parameters = study.results(), study.parameters()
    arms = [{"arm": arm[:CUT], "parameters": parameters[arm], "scores": results.scores(arm)[:SEEDS]}
            for arm in results.arms if arm in parameters][:ARMS]
    steps = steps_of(study.task, study.epochs) if study.epochs else None  # older files don't say it
    return {"name": study.name[:CUT], "hypothesis": study.hypothesis[:2000], "refuted_if": study.refuted_if[:2000],
            "task": study.task, "begun": study.begun[:CUT], "steps": steps, "matters": study.matters,
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
    times = "once" if line["changes"] == 1 else f"{line['changes']} times"
    changed = f" It was changed {times} after the first run." if line["changes"] else ""
    steps = f" Each run had {line['steps']:,} steps of training." if line["steps"] else ""
    sign, colour, _ = SIGNS[line["verdict"]]
    return (f"<h3>A question of my own: {escape(line['name'].replace('_', ' '))}</h3>"
            f"<p>Expected before the first run, on {escape(line['begun'])}:</p>"
            f"<blockquote>{escape(line['hypothesis'])}</blockquote>"
            f"<p>What would refute it:</p><blockquote>{escape(line['refuted_if'])}</blockquote>"
            f'<p style="padding-left:1em;border-left:4px solid {colour}">{sign} '
            f"<b>{escape(line['verdict'])}:</b> {escape(line['reason'])}</p>"
            f"{html_table(('arm', 'parameters', 'right answers of each run, %'), rows)}"
            f"<p><small>Task \"{escape(line['task'])}\".{steps} The course's rules gave the verdict.{changed}"
            "</small></p>")
