"""The networks on the capstone's card that a learner trained in its section 7.

Everything comes from the file that `train_resnet` keeps beside the notebook. Somebody may have edited it, so it is data
within bounds. `interval_of` needs only what stands on a card, so that anybody can compute the interval again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..networks.digit_training import BUDGET
from .card_study import Found
from .html_table import html_table
from .train_resnet import CUT, KeptRun, interval, kept_runs

MOST, STAGES, RUNS = 3, 20, 50  # networks on a card, the newest first; stages of one, and runs


def networks(folder: Path) -> Found:
    """Returns the networks that were trained last in a folder, as they stand on a card. Runs that `train_resnet` cannot
    have written, and runs of older versions, which did not note what was trained, are left out."""
    try:
        runs = [run for run in kept_runs(folder) if _possible(run)]
    except ValueError:
        return Found([])
    newest = dict.fromkeys(run.network for run in reversed(runs))
    found = [_line([run for run in runs if run.network == name]) for name in newest]
    return Found(found[:MOST], len(found[MOST:]))


def _possible(run: KeptRun) -> bool:
    """Says whether `train_resnet` could have written this within its budget."""
    return (0 < len(run.widths) <= STAGES and all(0 < number <= BUDGET.parameters for number in (
        *run.widths, run.blocks, run.parameters)) and run.steps == BUDGET.steps and 0 <= run.curve[-1] <= 100)


def _line(runs: Sequence[KeptRun]) -> dict[str, Any]:
    newest, scores = runs[-1], [run.curve[-1] for run in runs][-RUNS:]
    return {"widths": newest.widths, "blocks": newest.blocks, "module": newest.module[:CUT],
            "parameters": newest.parameters, "steps": newest.steps, "day": newest.day[:CUT], "scores": scores,
            "interval": interval_of(scores)}


def interval_of(scores: Sequence[float]) -> list[float] | None:
    """Returns the 95 % interval of the runs on a card, with one decimal; None if there is none."""
    ends = interval(scores, BUDGET.tested) if scores else None
    return [round(end, 1) for end in ends] if ends else None


def shown(lines: Sequence[Mapping[str, Any]], more: int) -> str:
    """Returns the networks as HTML; empty if there are none."""
    if not lines:
        return ""
    rows = [(", ".join(map(str, line["widths"])), str(line["blocks"]), line["module"], f"{line['parameters']:,}",
             ", ".join(f"{score:.1f}" for score in line["scores"]),
             "{:.1f} to {:.1f}".format(*line["interval"]) if line["interval"] else "–", f"{line['steps']:,}",
             line["day"]) for line in lines]
    head = ("stages", "blocks", "module", "parameters", "right answers of each run, %", "95 % interval", "steps", "day")
    others = f" Not shown here: {more} more {'network' if more == 1 else 'networks'}, trained earlier." if more else ""
    return (f"<h3>Networks of my own, trained (unverified)</h3><p>Each network was trained to read a handwritten "
            f"digit on a photograph, but only if the digit has the colour of the picture's frame. It may have at most "
            f"{BUDGET.parameters:,} parameters. The table has the channels of each stage, and how many blocks a stage "
            f"has.{others}</p>{html_table(head, rows)}<p><small>The scores come from {BUDGET.tested:,} new pictures. "
            "The interval of a single run comes from the pictures alone, so another run may be further off. There is "
            "no interval for two runs. Nobody has trained these networks again or counted their "
            "parameters.</small></p>")
