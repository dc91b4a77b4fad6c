"""A lesson's challenge: a number to beat, conditions to keep, and no points."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from ..checking.report import GOOD, OPEN


class Challenge:
    """How an attempt compares with the number to beat: a line for it, and one for each condition."""

    def __init__(self, lines: list[tuple[bool | None, str]]):
        """lines: (holds, None while there is no attempt, what is said of it)."""
        self.lines = lines

    @property
    def met(self) -> bool:
        return all(holds for holds, _ in self.lines)

    def __repr__(self) -> str:
        return "\n".join(f"{_sign(holds)} {said}" for holds, said in self.lines)

    def _repr_html_(self) -> str:
        return "".join(f'<div><b style="color:{GOOD if holds else OPEN}">{_sign(holds)}</b> {escape(said)}</div>'
                       for holds, said in self.lines)


def challenge(what: str, yours: float | None, beat: float, unit: str = "", fewer: bool = False,
              at_most: Mapping[str, tuple[float | None, float]] | None = None) -> Challenge:
    """Your number beside the one to beat, shown when it is the last line of a cell.

    what: the quantity, such as "right answers, worst of three seeds". yours: None until there is an attempt. beat: the
    number that yours must be above, or below if `fewer`. unit: of both, such as "%". at_most: for each condition, such
    as "parameters", (yours, the largest that is allowed).
    """
    side = "below" if fewer else "above"
    lines: list[tuple[bool | None, str]]
    if yours is None:
        lines = [(None, f"{what}: get {side} {_number(beat)}{_unit(unit)}")]
    else:
        met = yours < beat if fewer else yours > beat
        bound = f"{_number(beat)}{_unit(unit)}"
        lines = [(met,
                  f"{what}: {_number(yours)}{_unit(unit)}; {f'that beats {bound}' if met else f'get {side} {bound}'}")]
    for name, (have, most) in (at_most or {}).items():
        if yours is None or have is None:
            lines.append((None, f"{name}: at most {_number(most)}"))
        else:
            lines.append((have <= most, f"{name}: {_number(have)}, at most {_number(most)}"))
    return Challenge(lines)


def _sign(holds: bool | None) -> str:
    return "✓" if holds else "○"


def _number(value: float) -> str:
    """As many digits as tell a value from the bound that it just misses: 84, 83.97, 12,345."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}" if abs(value) < 1000 else f"{value:,.1f}"


def _unit(unit: str) -> str:
    return f" {unit}" if unit else ""
