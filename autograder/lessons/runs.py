"""The table of a lesson's long runs (`experiment.md`): scores as text, by arm, steps, learning rate and seed."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple


class Row(NamedTuple):
    """An arm, trained for `longer` times the page's steps at `faster` times its peak rate."""

    arm: str
    longer: int = 1
    faster: Fraction = Fraction(1)


Table = dict[Row, dict[int, str]]  # the scores of each row by seed; several numbers of one run stand as "1.0 / 2.0"


def write(table: Table) -> str:
    """The table in Markdown: a row for each arm, budget and rate, a column for each seed."""
    seeds = sorted({seed for scores in table.values() for seed in scores})
    lines = [["arm", "steps", "peak rate", *(f"seed {seed}" for seed in seeds)], ["---"] * (3 + len(seeds))]
    for row, scores in table.items():
        lines.append([row.arm, f"x {row.longer}", f"x {row.faster}", *(scores.get(seed, "") for seed in seeds)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def read(text: str) -> Table:
    """The table that `write` wrote."""
    head, _, *lines = ([cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()
                       if line.startswith("|"))
    seeds = [int(name.removeprefix("seed ")) for name in head[3:]]
    return {Row(arm, int(longer[2:]), Fraction(faster[2:])): {seed: score
                                                              for seed, score in zip(seeds, scores, strict=True)
                                                              if score}
            for arm, longer, faster, *scores in lines}
