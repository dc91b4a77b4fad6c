"""A lesson's lab book: what stands behind its page, from `lab_book.md` and from the runs that were recorded.

    <!-- runs -->            all long runs (experiment.md), sorted; `<!-- runs: CBAM, no module -->`: of these arms
    <!-- real -->            a file of the lesson, without its title: the runs on real pictures (real.md)
    {{CBAM}}                 the lowest and the highest score of an arm with the page's steps and rate, "93.5 to 95.0"
    {{CBAM, x 5, x 1/3}}     the same for five times the steps, at a third of the rate
    {{CBAM, x 5: at}}        how many runs: "8"; `: at 99`: how many reach 99, "7 of 8"; `: 2`: of the second number
"""

from __future__ import annotations

import re
from fractions import Fraction

from autograder.lessons.runs import Row, Table, read
from autograder.lessons.topics import Topic

FILE, RUNS = "lab_book.md", "experiment.md"
COUNTED = re.compile(r"at ?([\d.]*)")


def write(topic: Topic) -> str:
    """Returns the lab book in Markdown. Raises ValueError for an arm, or a number of steps, of which no run was
    recorded."""
    def text(name: str) -> str:
        return (topic.folder / name).read_text(encoding="utf-8")

    book = fill_in(text(FILE), read(text(RUNS)) if topic.has(RUNS) else {})
    return re.sub(r"<!-- (\w+) -->", lambda match: text(f"{match[1]}.md").partition("\n")[2].strip(), book)


def fill_in(text: str, runs: Table) -> str:
    """Returns a text in which the runs are filled in."""
    text = re.sub("<!-- runs(?:: (.*?))? -->", lambda match: _table(runs, match[1]), text)
    return re.sub(r"\{\{([^{}:]+?)(?:: (.+?))?\}\}", lambda match: _scores(runs, match[1], match[2] or "1"), text)


def _scores(runs: Table, which: str, what: str) -> str:
    arm, *factors = which.split(", x ")
    row = Row(arm, int(factors[0]) if factors else 1, Fraction(factors[1]) if len(factors) > 1 else Fraction(1))
    if row not in runs:
        raise ValueError(f"no run was recorded for {which!r}: there are {', '.join(sorted(map(_name, runs)))}")
    if match := COUNTED.fullmatch(what):
        first = [float(score.split(" / ")[0]) for score in runs[row].values()]
        reached = sum(score >= float(match[1]) for score in first) if match[1] else 0
        return f"{reached} of {len(first)}" if match[1] else str(len(first))
    scores = [score.split(" / ")[int(what) - 1] for score in runs[row].values()]
    low, high = min(scores, key=float), max(scores, key=float)
    return low if low == high else f"{low} to {high}"


def _name(row: Row) -> str:
    return f"{row.arm}, x {row.longer}, x {row.faster}"


def _table(runs: Table, arms: str | None) -> str:
    """One line for each arm, number of steps and rate; its runs stand side by side, in the order of their seeds."""
    chosen = [row for row in runs if not arms or row.arm in arms.split(", ")]
    if arms and (unknown := set(arms.split(", ")) - {row.arm for row in chosen}):
        raise ValueError(f"no run was recorded for {', '.join(sorted(unknown))}")
    order = list(dict.fromkeys(row.arm for row in runs))
    lines = ["| arm | steps | peak rate | runs | scores, by seed |", "|---|---|---|---|---|"]
    for row in sorted(chosen, key=lambda row: (order.index(row.arm), row.longer, row.faster)):
        lines.append(f"| {row.arm} | x {row.longer} | x {row.faster} | {len(runs[row])} | "
                     f"{', '.join(runs[row].values())} |")
    return "\n".join(lines)
