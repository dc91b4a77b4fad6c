"""Five minutes of what earlier lessons taught, days and weeks later: `review()`.

Each lesson's folder holds its questions, `review.json`, which comes with the course, and beside it when each of them comes next,
`.review.json`, which is the learner's own. A question comes a day after its lesson's first exercise was solved, and then, as long as
it is answered rightly, after 3, 7 and 21 days; a wrong answer sends it back to 1.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import Any

from .checking.report import MONO, _code
from .progress import began

QUESTIONS, SCHEDULE = "review.json", ".review.json"
DAYS = 1, 3, 7, 21
AT_ONCE = 5
_shown: list[Question] = []  # what the learner has read in this session: only these can be answered


@dataclass
class Question:
    """A question of a lesson. step: which of DAYS it waits, or waited, for. due: the day when it comes next."""

    folder: Path
    item: dict[str, Any]
    step: int
    due: date

    def right(self, answer: Any) -> bool:
        """Is the answer right? A float may be 1 % off; a shape may be a tuple, a list or a torch.Size."""
        wanted = self.item["answer"]
        if isinstance(wanted, str):
            return isinstance(answer, str) and answer.strip().lower() == wanted
        if isinstance(wanted, list):
            return isinstance(answer, tuple | list) and list(answer) == wanted
        if isinstance(answer, bool | str) or not hasattr(answer, "__float__"):
            return False
        return abs(float(answer) - wanted) <= (0.01 * abs(wanted) if isinstance(wanted, float) else 0)

    @property
    def wants(self) -> str:
        """What an answer looks like."""
        wanted = self.item["answer"]
        return "a letter" if isinstance(wanted, str) else "a tuple" if isinstance(wanted, list) else "a number"


class Review:
    """Questions to answer, or what became of the answers: as HTML or text."""

    def __init__(self, head: str, parts: list[tuple[str, str, list[str]]], foot: str = ""):
        """parts: for each question its text, its code with numbered lines, and what stands below."""
        self.head, self.parts, self.foot = head, parts, foot

    def __repr__(self) -> str:
        lines = [self.head]
        for number, (asks, code, below) in enumerate(self.parts, 1):
            lines += [f"{number}. {asks}", *(f"      {line}" for line in [*code.split("\n"), *below] if line)]
        return "\n".join([*lines, *filter(None, [self.foot])])

    def _repr_html_(self) -> str:
        parts = ""
        for asks, code, below in self.parts:
            shown = f'<pre style="{MONO};margin:4px 0">{escape(code)}</pre>' if code else ""
            parts += f'<li style="margin-top:8px">{_code(asks)}{shown}{"".join(f"<div>{_code(line)}</div>" for line in below)}</li>'
        foot = f'<div style="margin-top:8px">{_code(self.foot)}</div>' if self.foot else ""
        return f'<div style="max-width:820px;line-height:1.45"><div>{_code(self.head)}</div><ol>{parts}</ol>{foot}</div>'


def review(*answers: Any) -> Review:
    """Ask up to five questions of the lessons that you have worked on, or take your answers to those that were asked.

    answers: one for each question shown, in order: a number, a shape as a tuple, or a letter as a string; None to skip one.
    Raises ValueError for another number of answers than questions.
    """
    asked = list(_shown)
    if not answers or not asked:
        return _ask(late=bool(answers))
    if len(answers) != len(asked):
        raise ValueError(f"{len(answers)} answers to {len(asked)} questions: give one for each, None to skip it")
    _shown.clear()
    return _take(asked, answers)


def questions(folder: Path) -> list[Question]:
    """Every question of the lessons beside `folder` of which an exercise is solved, with what the schedules say."""
    found = []
    for path in sorted(folder.parent.glob(f"*/{QUESTIONS}")):
        if day := began(path.parent):
            plan, first = _schedule(path.parent), day + timedelta(DAYS[0])
            for item in json.loads(path.read_text(encoding="utf-8")):
                found.append(Question(path.parent, item, *plan.get(item["id"], (0, first))))
    return found


def _ask(late: bool) -> Review:
    """The questions that are due, those that have waited longest first. late: answers were given before anything was asked."""
    today = date.today()
    everything = questions(Path.cwd())
    due = sorted((each for each in everything if each.due <= today), key=lambda each: each.due)
    _shown[:] = _mixed(due)[:AT_ONCE]
    if not everything:
        return Review("Nothing to review yet. When you have solved an exercise, come back tomorrow: `review()` asks what you remember.", [])
    if not due:
        soonest = min(each.due for each in everything)
        return Review(f"Nothing to review today; the next questions come on {soonest:%A, %d %B}.", [])
    rest = f" ({len(due) - len(_shown)} more are waiting)" if len(due) > len(_shown) else ""
    number = f"{len(_shown)} question{'s' * (len(_shown) > 1)}"
    head = f"What do you remember? {number} from earlier lessons{rest}; answer without looking anything up."
    parts = []
    for each in _shown:
        choices = [f"{'abcdefgh'[number]}) {choice}" for number, choice in enumerate(each.item["choices"])]
        parts.append((f"[{each.folder.name.partition('_')[0]}] {each.item['asks']} ({each.wants})", _numbered(each.item["code"]), choices))
    example = ", ".join({"a letter": '"b"', "a tuple": "(2, 3)", "a number": "4"}[each.wants] for each in _shown)
    foot = f"Write your answers into the brackets, in this order, and run the cell again: for example `review({example})`."
    return Review(head, parts, ("The answers in the brackets belong to other questions. " if late else "") + foot)


def _take(asked: list[Question], answers: tuple) -> Review:
    """Judge the answers and write down when each question comes again."""
    today, parts, right = date.today(), [], 0
    for each, answer in zip(asked, answers, strict=True):
        if answer is None:
            parts.append((each.item["asks"], "", ["○ Skipped: it comes again."]))
            continue
        good = each.right(answer)
        right += good
        step = min(each.step + 1, len(DAYS) - 1) if good else 0
        _write(each.folder, each.item["id"], step, today + timedelta(DAYS[step]))
        wanted = tuple(each.item["answer"]) if isinstance(each.item["answer"], list) else each.item["answer"]
        said = "✓ Right." if good else f"✗ You answered {answer!r}; it is {wanted!r}."
        parts.append((each.item["asks"], _numbered(each.item["code"]), [f"{said} {each.item['why']}", _again(DAYS[step])]))
    return Review(f"{right} of {len(asked)} right.", parts, "Run `review()` again for more.")


def _again(days: int) -> str:
    return f"It comes again {'tomorrow' if days == 1 else f'in {days} days'}."


def _mixed(due: list[Question]) -> list[Question]:
    """The questions that wait equally long, one lesson after another, so that five are not all from one."""
    places: dict[tuple, int] = {}
    ranked = []
    for each in due:
        round_ = places[each.due, each.folder] = places.get((each.due, each.folder), -1) + 1
        ranked.append((each.due, round_))
    return [due[index] for index in sorted(range(len(due)), key=lambda index: ranked[index])]


def _numbered(code: str) -> str:
    return "\n".join(f"{number}  {line}" for number, line in enumerate(code.split("\n"), 1)) if code else ""


def _schedule(folder: Path) -> dict[str, tuple[int, date]]:
    """When each question of a lesson comes next; empty if nothing readable was kept."""
    try:
        kept = json.loads((folder / SCHEDULE).read_text(encoding="utf-8"))
        return {str(name): (min(max(0, int(step)), len(DAYS) - 1), date.fromisoformat(due)) for name, (step, due) in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write(folder: Path, name: str, step: int, due: date) -> None:
    """Write one question's next day into the schedule. A folder that cannot be written to costs the memory, not the answer."""
    plan = _schedule(folder) | {name: (step, due)}
    beside = folder / f"{SCHEDULE}.new"
    try:
        beside.write_text(json.dumps({name: [step, due.isoformat()] for name, (step, due) in plan.items()}, indent=1), encoding="utf-8")
        os.replace(beside, folder / SCHEDULE)
    except OSError:
        beside.unlink(missing_ok=True)
