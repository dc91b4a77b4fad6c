"""A lesson's challenge: a number to beat and conditions to keep; it gives no points."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from ..checking.verdict.report import GOOD, OPEN


class Challenge:
    """How an attempt compares with the number to beat: one line for that number, and one for each condition."""

    def __init__(self, lines: list[tuple[bool | None, str]]):
        """lines: pairs (holds, text). `holds` is None while there is no attempt; `text` is the sentence to show."""
        self.lines = lines

    @property
    def met(self) -> bool:
        return all(holds for holds, _ in self.lines)

    def __repr__(self) -> str:
        return "\n".join(f"{_sign(holds)} {sentence}" for holds, sentence in self.lines)

    def _repr_html_(self) -> str:
        return "".join(f'<div><b style="color:{GOOD if holds else OPEN}">{_sign(holds)}</b> {escape(sentence)}</div>'
                       for holds, sentence in self.lines)


def challenge(what: str, yours: float | None, beat: float, unit: str = "", fewer: bool = False,
              at_most: Mapping[str, tuple[float | None, float]] | None = None) -> Challenge:
    """Returns your number beside the one to beat, for the last line of a cell, which shows it.

    what: the quantity, such as "right answers, worst of three seeds".
    yours: your number; None until there is an attempt.
    beat: the number that yours must be above, or below if `fewer` is True.
    unit: the unit of both numbers, such as "%".
    fewer: True if a smaller number is better.
    at_most: the conditions, such as "parameters"; each is a pair of your number and the largest that is allowed.
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
    """Formats a number with enough digits to tell it from a bound that it narrowly misses: 84, 83.97, 12,345."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}" if abs(value) < 1000 else f"{value:,.1f}"


def _unit(unit: str) -> str:
    return f" {unit}" if unit else ""
