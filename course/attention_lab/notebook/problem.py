"""The text that learners send in if they think that a check is wrong. People can read it, and a maintainer can judge
its code again."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass

import torch

from ..checking.verdict.report import number

LARGEST = 256 << 10  # bytes; an exercise together with all the code that it uses has a few thousand
LONGEST = 100  # characters of a version
NAME = re.compile(r"\w{1,64}", re.ASCII)
POINTS = re.compile(r"(\d{1,3}(?:\.\d{1,6})?) of (\d{1,3}(?:\.\d{1,6})?)")
HEAD = (
    "A problem with a check of the course Attention by Hand. Below are what the check said, versions, and the code that"
    " was checked."
)
VERDICT, CODE = "== what the check said", "== the code that was checked"
VERSIONS = "attention_lab", "torch", "python", "platform", "device"


@dataclass(frozen=True)
class Problem:
    """A problem that a learner reports.

    lesson: the lesson's name, such as 01_se.
    exercise: the name of the function or class.
    points: what the check gave.
    most: what the exercise is worth.
    versions: the versions, by the names in VERSIONS.
    verdict: the text of the report.
    code: the exercise and the code that it uses.
    """

    lesson: str
    exercise: str
    points: float
    most: float
    versions: dict[str, str]
    verdict: str
    code: str

    def text(self) -> str:
        """Returns the text to write into the file."""
        points = f"{number(self.points)} of {number(self.most)}"
        fields = {"lesson": self.lesson, "exercise": self.exercise, "points": points, **self.versions}
        head = "\n".join(f"{name}: {value}" for name, value in fields.items())
        verdict = "\n".join(f"    {line}" for line in self.verdict.split("\n"))
        return f"{HEAD}\n\n{head}\n\n{VERDICT}\n{verdict}\n\n{CODE}\n{self.code}\n"


def read(data: bytes) -> Problem:
    """Returns the problem that a file describes; anybody may have written the file. Raises ValueError, with a message
    that completes "The file ..."."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ValueError("is not a text file") from None
    above, code_mark, code = text.partition(f"\n{CODE}\n")
    head, verdict_mark, report = above.partition(f"\n{VERDICT}\n")
    if not head.startswith(HEAD) or not verdict_mark or not code_mark:
        raise ValueError("was not written by report_problem(...), or is not complete")
    fields = dict(line.split(": ", 1) for line in head.split("\n") if ": " in line)
    if missing := [name for name in ("lesson", "exercise", "points", *VERSIONS) if name not in fields]:
        raise ValueError(f"lacks the line `{missing[0]}: ...`")
    points = POINTS.fullmatch(fields["points"])
    if not points or not NAME.fullmatch(fields["lesson"]) or not NAME.fullmatch(fields["exercise"]):
        raise ValueError("has a lesson, an exercise or points in a form that report_problem(...) does not write")
    machine = {name: fields[name][:LONGEST] for name in VERSIONS}
    verdict = "\n".join(line.removeprefix("    ") for line in report.strip("\n").split("\n"))
    return Problem(fields["lesson"], fields["exercise"], float(points[1]), float(points[2]), machine, verdict,
                   code.strip("\n"))


def versions() -> dict[str, str]:
    """Returns everything that a verdict may depend on, by name. Nothing in it tells one machine from another of the
    same kind."""
    from .machine import versions  # brings along what trains and draws

    mps = torch.backends.mps.is_available()
    return {**versions(), "platform": f"{platform.system()} {platform.machine()}",
            "device": "cuda" if torch.cuda.is_available() else "mps" if mps else "cpu"}
