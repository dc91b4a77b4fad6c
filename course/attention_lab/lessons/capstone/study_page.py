"""The page of a study: one file that shows what was expected, what was run, and what the result was. It loads nothing
from elsewhere."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any, NamedTuple

from ...networks.training import Results
from ...notebook.machine import processor, versions
from ...pictures.scores import score_bars
from ...pictures.style import image
from ...significance.gaps import tested
from ...significance.welch import LEVEL, Difference, ranked, together, without_interval
from .five_tasks import TASKS
from .html_table import html_table
from .task_scores import SOLVED

SUPPORTED, REFUTED, OPEN = "Supported", "Refuted", "Not decided"
UNFINISHED = "Unfinished"
# Every verdict has a sign and two colours: one for the line on its left, and one for its box. A notebook does not load
# our style sheet, so the colours stand in the HTML of the verdict itself.
SIGNS = {SUPPORTED: ("✓", "#00704f", "#eef6f0"), REFUTED: ("✗", "#b0440a", "#fbeee6"),
         OPEN: ("?", "#6b6b6b", "#f1f1ee"), UNFINISHED: ("…", "#8a6d00", "#fdf6dc")}
SCORES, ORDER = "scores", "their order"  # what p compares
# In points. If one run solves the task and another run of the same arm scores this much less, a mean says little.
APART = 30
STYLE = """body{font:16px/1.55 Georgia,serif;color:#222;background:#fcfcfa;max-width:44em;margin:2em auto;padding:0 1em}
h1,h2,th,small,.verdict{font-family:Arial,Helvetica,sans-serif}h1{line-height:1.2}h2{font-size:1.1em;margin-top:2em}
blockquote{margin:1em 0;padding:.4em 1em;border-left:4px solid #0072b2;background:#eef4f8;white-space:pre-wrap}
table{border-collapse:collapse;margin:1em 0}td,th{text-align:left;padding:.2em 1em .2em 0;vertical-align:top}
div.wide{overflow-x:auto}
.verdict{font-size:1.15em}img{max-width:100%}
pre{overflow-x:auto;background:#f3f3ef;padding:1em;font-size:13px}small{color:#555}"""


COMPARED = ("comparison", "gap, points", "interval", "solved", "p", "p compares")
# The no-break space. It keeps a number and the words beside it on one line. Names and lists of scores may wrap.
WHOLE = "\u00a0"


class Comparison(NamedTuple):
    """The comparison of two arms.

    first, second: the names of the arms.
    control: True if `second` is compared because it is a control.
    difference: the difference between their scores; its p and its interval are corrected for all comparisons. There is
        no interval if p comes from the order of the runs.
    solved: how many runs of each arm solve the task.
    by: what p compares, the scores or only their order.
    ahead: each run of `first` is paired with each run of `second`. This is the share of the pairs in which the run of
        `first` scores more.
    """

    first: str
    second: str
    control: bool
    difference: Difference
    solved: tuple[int, int]
    by: str
    ahead: float


class Judged(NamedTuple):
    verdict: str
    reason: str
    comparisons: tuple[Comparison, ...]


def judged(results: Results, ahead: Sequence[Sequence[str]], controls: Sequence[str], matters: float) -> Judged:
    """Decides whether the hypothesis holds. It holds if each first arm is ahead of its second one and of every control,
    by more than luck and by more than `matters` points.

    Scores are compared by Welch's test. If one run of an arm solves the task and another stays far below, a mean and a
    spread say little about this arm. Then an exact rank test (`ranked`) compares only the order of the runs. All p and
    all intervals are corrected for the number of comparisons (Holm).
    """
    claimed = [(first, second) for first, second in ahead]
    pairs = [(first, second, False) for first, second in claimed]
    pairs += [(first, control, True) for first in dict.fromkeys(first for first, _ in claimed) for control in controls
              if (first, control) not in claimed]
    split = [any(_split(results.scores(arm)) for arm in (first, second)) for first, second, _ in pairs]
    orders = [ranked(results.scores(first), results.scores(second)) for first, second, _ in pairs]
    differences = together([
        without_interval(results.mean(first) - results.mean(second), order.p) if peaks
        else tested(results, first, second)
        for (first, second, _), order, peaks in zip(pairs, orders, split, strict=True)])
    comparisons = tuple(
        Comparison(first, second, control, difference, (_solved(results, first), _solved(results, second)),
                   ORDER if peaks else SCORES, order.ahead)
        for (first, second, control), difference, order, peaks in zip(pairs, differences, orders, split, strict=True))
    return Judged(*_verdict(comparisons, matters), comparisons)


def unfinished(results: Results) -> Judged | None:
    """Returns what stands in for a verdict while runs are missing, or None if no run is missing."""
    planned, done = len(results.arms) * len(results.seeds), len(results.runs)
    if done == planned:
        return None
    return Judged(UNFINISHED, f"{done} of {planned} runs are done; run the cell again to go on.", ())


def _solved(results: Results, arm: str) -> int:
    return sum(score >= SOLVED for score in results.scores(arm))


def _split(scores: Sequence[float]) -> bool:
    return bool(scores) and max(scores) >= SOLVED and max(scores) - min(scores) >= APART


def _verdict(comparisons: Sequence[Comparison], matters: float) -> tuple[str, str]:
    """Returns the verdict and its reason, from the first comparison that decides it."""
    for each in comparisons:
        if _behind(each, matters):
            if each.control:
                return REFUTED, (f"the control '{each.second}' does about as well as '{each.first}', or better, so the "
                                 "part that the control lacks makes no difference that matters.")
            if each.by == ORDER:
                return REFUTED, f"'{each.first}' is behind '{each.second}', and by more than luck."
            return REFUTED, (f"'{each.first}' is not {matters:g} points ahead of '{each.second}': the whole interval "
                             f"lies below {matters:g} points.")
    for each in comparisons:
        if each.difference.p >= LEVEL:
            few = each.by == ORDER and each.ahead == 1
            return OPEN, (f"every run of '{each.first}' is above every run of '{each.second}', but with so few runs "
                          "this order may still be luck: take more seeds." if few else
                          f"the gap between '{each.first}' and '{each.second}' may still be luck.")
        if each.difference.gap <= matters or each.by == ORDER and each.ahead <= 0.5:
            return OPEN, (f"the gap between '{each.first}' and '{each.second}' is more than luck, but these runs don't "
                          f"show that it is above {matters:g} points.")
    return SUPPORTED, f"every gap, controls included, is more than luck and above {matters:g} points."


def _behind(each: Comparison, matters: float) -> bool:
    """Says whether a comparison shows that its first arm is not ahead by a gap that matters."""
    if each.by == SCORES:
        return each.difference.interval[1] < matters
    return each.difference.p < LEVEL and each.ahead < 0.5 and each.difference.gap <= matters


def outcome(kept: Mapping[str, Any], results: Results, judged: Judged, parameters: Mapping[str, int]) -> str:
    """Returns the result as HTML: the verdict, a picture of all runs, and two tables. Everything that a learner wrote
    is shown as plain text. An unfinished study has no comparisons."""
    chance, first = 100 / TASKS[kept["task"]].classes, kept["ahead"][0][0]
    figure = score_bars(results, "right answers (%)", baselines={"chance level": chance, "solved": SOLVED},
                        highlight=first)
    alt = "; ".join(f"{arm}: {', '.join(f'{score:.0f}' for score in results.scores(arm))} %" for arm in results.arms)
    arms = [(arm, str(parameters.get(arm, "–")), _scores(results, arm),
             f"{results.mean(arm):.1f}" if results.scores(arm) else "–",
             f"{_solved(results, arm)} of {len(results.scores(arm))}".replace(" ", WHOLE))
             for arm in results.arms]
    sign, line, box = SIGNS[judged.verdict]
    return "".join([
        f'<p class="verdict" style="padding:.6em 1em;color:#222;background:{box};border-left:4px solid {line}">{sign} '
        f"<b>{judged.verdict}:</b> {escape(judged.reason)}</p>",
        image(figure, alt),
        _table(("arm", "parameters", "score of each run, %", "mean", "solved"), arms),
        *([_table(COMPARED, [_line(each) for each in judged.comparisons])] if judged.comparisons else [])])


def page(kept: Mapping[str, Any], results: Results, came_out: str, epochs: int, peak_rate: float, code: str,
         conclusion: str) -> str:
    """Returns the whole page as HTML.

    kept: the content of the study's file.
    came_out: the result of `outcome`.
    conclusion: what the learner concludes, which may be empty.
    """
    task = TASKS[kept["task"]]
    chance, steps, missing = 100 / task.classes, steps_of(kept["task"], epochs), unfinished(results)
    said = ", ".join(f"{name} {number}" for name, number in versions().items())
    parts = [
        f"<h1>{escape(kept['name'].replace('_', ' '))}</h1>",
        f"<p><small>A study made in the course <i>Attention by Hand</i>. Begun on {kept['begun']}, page made on "
        f"{date.today()}.</small></p>",
        *([f"<p><b>{missing.verdict}:</b> {missing.reason}</p>"] if missing else []),
        "<h2>What was expected, before anything was run</h2>", f"<blockquote>{escape(kept['hypothesis'])}</blockquote>",
        f"<p>What would refute it:</p><blockquote>{escape(kept['refuted_if'])}</blockquote>",
        "<h2>What came out</h2>", came_out,
        f"<p><small>A run solves the task if at least {SOLVED:g} % of its answers are right. p is how often two "
        "equally good arms would differ at least as much as these two do. It comes from Welch's t-test for the "
        "scores. If one run of an arm solves the task and another stays far below, a mean says little. Then p comes "
        "from the order of the scores alone, by the exact rank test of Wilcoxon, Mann and Whitney. p is corrected for "
        "the number of comparisons "
        "(Holm). The interval holds the true gap in at least 95 of 100 such studies. It is corrected in the same way. "
        "So it leaves out 0 if p is below 0.05, and only then. There is no interval if p comes from the order. The "
        "rules are the course's, and a program applied them.</small></p>",
        *([f"<h2>What its author concludes</h2><p><small>This was written after the first results, so it is not part "
           f"of what was expected.</small></p><blockquote>{escape(conclusion)}</blockquote>"] if conclusion else []),
        "<h2>How it was done</h2>",
        f"<p>Task <b>{escape(kept['task'])}</b>: {escape(task.question)} Chance level is {chance:.0f} %. Each arm is "
        f"a module in the same small network, which has 16 channels and gets pictures of 24 x 24 pixels. It is "
        f"trained with Adam for {steps:,} steps of 16 pictures, at a rate that rises to {peak_rate:g} and falls. There "
        f"are {len(results.seeds)} seeds{' planned' if missing else ''}. "
        f"Scores come from 400 new pictures. A difference below {kept['matters']:g} points does not count. Controls: "
        f"{', '.join(escape(repr(control)) for control in kept['controls'])}.</p>",
        *(["<p>Changed after the first "
           f"run:</p><ul>{''.join(f'<li>{escape(change)}</li>' for change in kept['changes'])}</ul>"]
          if kept["changes"] else []),
        "<h2>What this does not show</h2>",
        "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in _limits(results, epochs)) + "</ul>",
        *([f'<h2>The code</h2><pre tabindex="0">{escape(code)}</pre>'] if code else []),
        f"<p><small>{escape(said)}; {escape(processor())}</small></p>"]
    return ('<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
            'content="width=device-width">'
            f"<title>{escape(kept['name'])}</title><style>{STYLE}</style></head>"
            f"<body><main>{''.join(parts)}</main></body></html>\n")


def steps_of(task: str, epochs: int) -> int:
    """Returns the number of training steps, each with 16 pictures."""
    return epochs * TASKS[task].pictures // 16


def _limits(results: Results, epochs: int) -> list[str]:
    """Returns sentences that say what this study's design cannot show."""
    lines = ["Anything about photographs, or about larger networks: this is one small network on pictures made for "
             "one mechanism.",
             "That an arm which fails can never learn the task: other rates and other wrappers were not tried here."]
    if epochs < 5:
        lines.append("What five times as many steps would give. A slow arm can look like one that can't learn.")
    if (runs := len(results.seeds)) < 5:
        lines.append(f"What other seeds would give, because {runs} runs of each arm are few. With five, a real gap "
                     "is far easier to tell from luck.")
    return lines


def _line(each: Comparison) -> tuple[str, ...]:
    low, high = each.difference.interval
    interval = "–" if math.isnan(low) else f"{low:+.1f} to {high:+.1f}"
    chance = "below 0.001" if each.difference.p < 0.001 else f"{each.difference.p:.3f}"
    numbers = (f"{each.difference.gap:+.1f}", interval, f"{each.solved[0]} against {each.solved[1]}", chance, each.by)
    return (f"{each.first} – {each.second}" + (" (control)" if each.control else ""),
            *(number.replace(" ", WHOLE) for number in numbers))


def _scores(results: Results, arm: str) -> str:
    return ", ".join(f"{score:.1f}" for score in results.scores(arm))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return f'<div class="wide" tabindex="0">{html_table(head, rows)}</div>'
