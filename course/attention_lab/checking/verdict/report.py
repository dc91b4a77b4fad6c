"""Draws a verdict: as HTML in a notebook (without script, readable on a light and on a dark page), and as plain text
elsewhere."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from html import escape

from .verdict import LABELS, NOT_COMPARED, Check, Verdict

# of a check, beside its sign
SAID = {"passed": "", "failed": "", "error": " (stops with an error)", "timeout": " (takes too long)"}

# What a learner's code says, such as an error's message, may steer a terminal, turn the direction of the text, or not
# be Unicode. Escape sequences are removed as a whole, and other characters one by one.
SEQUENCES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\n]*(\x07|\x1b\\)?|[ -/]*[0-~])|\x9b[0-?]*[ "
                       r"-/]*[@-~]")
DIRECTIONS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# These are the notebook's own colours if it has them, and Okabe and Ito's otherwise. Colour-blind readers can tell them
# apart, and the signs differ too.
GOOD, BAD, OPEN = ("var(--jp-success-color1, #00795a)", "var(--jp-error-color1, #c43c00)",
                   "var(--jp-border-color1, #8a8a8a)")
MONO = "font-family:var(--jp-code-font-family, monospace);font-size:0.92em"


def number(value: float) -> str:
    """Formats points as people write them: 2, 1.5."""
    return f"{value:g}"


def clean(text: str) -> str:
    """Returns a text without control characters, except line breaks and tabs."""
    plain = SEQUENCES.sub("", text.replace("\r\n", "\n"))
    return "".join(c for c in plain if c in "\n\t" or c not in DIRECTIONS
                   and unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp"))


def _clean(verdict: Verdict) -> Verdict:
    evidence, where, cases, notes = (list(map(clean, parts))
                                     for parts in (verdict.evidence, verdict.where, verdict.cases, verdict.notes))
    return replace(verdict, headline=clean(verdict.headline), evidence=evidence, where=where, cases=cases, notes=notes)


def right(verdict: Verdict) -> bool:
    """Says whether an answer is right. Of an exercise that is worth 0 points, the points don't say it."""
    return verdict.points == verdict.max_points and all(check.outcome == "passed" for check in verdict.checks)


def _sign(verdict: Verdict) -> tuple[str, str]:
    if not verdict.started:
        return "○", OPEN
    return ("✓", GOOD) if right(verdict) else ("✗", BAD)


def score(verdict: Verdict) -> str:
    most = verdict.max_points
    return f"{verdict.exercise}: {number(verdict.points)} of {number(most)} point{'s' * (most != 1)}."


def text(verdict: Verdict) -> str:
    """Returns the report as plain text."""
    verdict, (sign, _) = _clean(verdict), _sign(verdict)
    lines = [f"{sign} {score(verdict)} {verdict.headline}"]
    if verdict.started and sign == "✗":
        parts = [*verdict.evidence, *verdict.where, *verdict.cases[:1], *filter(None, [verdict.why])]
        lines += [f"    {line}" for part in parts for line in part.split("\n")]
    return "\n".join([*lines, *(f"    {note}" for note in verdict.notes)])


def _code(part: str) -> str:
    """Returns escaped HTML, with text between backquotes as `code`. The lines of a crash are code anyway, and are kept
    apart."""
    first, *rest = map(escape, part.split("\n"))
    pieces = first.split("`")
    if len(pieces) % 2:  # otherwise one backquote has no partner, because a learner wrote it
        first = "".join(f'<code style="{MONO}">{piece}</code>' if i % 2 else piece for i, piece in enumerate(pieces))
    return first + (f'<pre style="{MONO};margin:4px 0 0 0;white-space:pre-wrap">' + "\n".join(rest) + "</pre>"
                    if rest else "")


def _mark(check: Check) -> str:
    """Returns a check of a red report with its sign: passed, failed (and how), or not reached."""
    sign, colour = (
        ("✓", GOOD) if check.outcome == "passed" else ("–", OPEN) if check.message == NOT_COMPARED else ("✗", BAD)
    )
    return f'<span style="color:{colour}">{sign}</span> {escape(LABELS[check.name] + SAID[check.outcome])}'


def html(verdict: Verdict) -> str:
    """Returns the report as HTML."""
    verdict, (sign, colour) = _clean(verdict), _sign(verdict)
    body = f'<div><b style="color:{colour}">{sign} {escape(score(verdict))}</b> {_code(verdict.headline)}</div>'
    if verdict.started and sign == "✗":
        body += "".join(f'<div style="margin-top:6px">{_code(part)}</div>' for part in verdict.evidence + verdict.where)
        if verdict.cases:
            summary, *which = map(_code, verdict.cases)
            body += (
                '<details style="margin-top:6px"><summary'
                f' style="display:list-item">{summary}</summary>{"<br>".join(which)}</details>'
            )
        body += '<div style="margin-top:8px">' + " &nbsp; ".join(map(_mark, verdict.checks)) + "</div>"
        body += f'<div style="margin-top:6px">{_code(verdict.why)}</div>' if verdict.why else ""
    body += "".join(f'<div style="margin-top:6px">{_code(note)}</div>' for note in verdict.notes)
    return (f'<div class="attention-lab-report" style="border-left:5px solid {colour};padding:6px 12px;margin:4px '
            '0;line-height:1.45;'
            f'max-width:820px">{body}</div>')


class Report:
    """The report that a check shows. IPython picks the HTML, a terminal picks the text."""

    def __init__(self, verdict: Verdict):
        self.verdict = verdict

    def _repr_html_(self) -> str:
        return html(self.verdict)

    def __repr__(self) -> str:
        return text(self.verdict)
