"""Five minutes of questions about earlier lessons, days and weeks later: `review()`.

`review.json` is one of a lesson's files and holds its questions. `.review.json`, beside the notebook, is the learner's
own and holds when each question comes next. A question first comes a day after the lesson's first exercise
was solved. As long as it is answered correctly, it comes again after 3, 7 and 21 days; after a wrong answer, it starts
again with 1 day.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from pathlib import Path
from random import Random
from typing import Any

from ..checking.verdict.report import MONO, _code
from ..lesson_files import around, handed_out
from ..short_errors import Unusable
from ..storage import bounded, found, keep, put_beside
from .progress import began

QUESTIONS, SCHEDULE = "review.json", ".review.json"
DAYS = 1, 3, 7, 21
AT_ONCE = 5
LETTERS = "abcdefgh"
_shown: list[Question] = []  # the questions that were shown in this session: only these can be answered


@dataclass
class Question:
    """A question of a lesson.

    lesson: the lesson's name.
    folder: the folder with its notebook.
    item: the question as `review.json` holds it.
    step: the index in DAYS of its waiting time.
    due: the day on which it comes next.
    shown_on: the day on which it is shown.
    """

    lesson: str
    folder: Path
    item: dict[str, Any]
    step: int
    due: date
    shown_on: date

    def parse(self, answer: Any) -> Any:
        """Returns the answer in the form that the question wants: a letter, a tuple of ints, or a number. Raises
        ValueError for an answer of another form."""
        if isinstance(answer, str) and self.wants != "a letter":
            try:
                answer = ast.literal_eval(answer.strip())  # '5', '(4, 6)'
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                raise ValueError(f"{answer!r} is not {self.wants}") from None
        if self.wants == "a letter" and isinstance(answer, str) and answer.strip(" ().").lower() in list(self.letters):
            return answer.strip(" ().").lower()
        if (
            self.wants == "a shape"
            and isinstance(answer, tuple | list)
            and all(isinstance(size, int) for size in answer)
        ):
            return tuple(answer)
        if self.wants.endswith("number") and not isinstance(answer, bool | type) and hasattr(answer, "__float__"):
            return float(answer)
        example = {"a letter": 'such as "a"',
                   "a shape": "a tuple such as (2, 3), or (2,) for one axis"}.get(self.wants, "such as 4")
        raise ValueError(f"{answer!r} is not {self.wants}, {example}")

    def right(self, answer: Any) -> bool:
        """Says whether an answer of the right form is correct. A float may be off by 1 %."""
        wanted = self.answer
        if isinstance(wanted, float):
            return abs(answer - wanted) <= 0.01 * abs(wanted)
        return answer == wanted

    def text_of(self, answer: Any) -> str:
        """Returns an answer as people write it; a letter is written with its choice."""
        if isinstance(answer, str):
            return f'"{self.choices[self.letters.index(answer)]}"'
        return f"{answer:g}" if isinstance(answer, float) else str(answer)

    @property
    def title(self) -> str:
        """Returns the question, with its lesson's number before it."""
        return f"[{self.lesson.partition('_')[0]}] {self.item['asks']}"

    @property
    def letters(self) -> str:
        return LETTERS[:len(self.item["choices"])]

    @property
    def choices(self) -> list[str]:
        """Returns the choices with their letters, in today's order."""
        return [f"{letter}) {self.item['choices'][place]}" for letter, place in zip(self.letters, self._order)]

    @property
    def answer(self) -> Any:
        """Returns the right answer: a number, a tuple, or the letter of the right choice in today's order."""
        wanted = self.item["answer"]
        if isinstance(wanted, str):
            return self.letters[self._order.index(self.letters.index(wanted))]
        return tuple(wanted) if isinstance(wanted, list) else wanted

    @property
    def _order(self) -> list[int]:
        """Returns the order of the choices. It changes from day to day, so that remembering a letter does not help."""
        places = range(len(self.item["choices"]))
        return Random(f"{self.item['id']} {self.shown_on}").sample(places, len(places))

    @property
    def wants(self) -> str:
        """Says what form the answer has."""
        wanted = self.item["answer"]
        number = "a line number" if "which line" in self.item["asks"].lower() else "a number"
        return "a letter" if isinstance(wanted, str) else "a shape" if isinstance(wanted, list) else number


class Review:
    """Questions to answer, or the results of the answers, as HTML or text."""

    def __init__(self, head: str, parts: list[tuple[str, str, list[str]]], foot: str = ""):
        """parts: for each question its text, its code with numbered lines, and the lines below."""
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
            parts += (
                f'<li style="margin-top:8px">{_code(asks)}{shown}{"".join(f"<div>{_code(line)}</div>" for line in below)}</li>'  # noqa: E501
            )
        foot = f'<div style="margin-top:8px">{_code(self.foot)}</div>' if self.foot else ""
        return (
            f'<div style="max-width:820px;line-height:1.45"><div>{_code(self.head)}</div><ol>{parts}</ol>{foot}</div>'
        )


def review(*answers: Any) -> Review:
    """Asks up to five questions about the lessons that you have worked on, or judges your answers to the questions that
    were asked.

    answers: one for each question shown, in order. An answer is a number, a shape as a tuple, or a letter as a string;
        None skips a question.

    Raises ValueError if there are more or fewer answers than questions, or if an answer has another form. Then nothing
    is saved.
    """
    batch = list(_shown)
    if not answers or not batch:
        return _ask(late=bool(answers))
    if len(answers) != len(batch):
        raise Unusable(f"{len(answers)} answers to {len(batch)} questions: give one for each, None to skip it")
    meant = []
    for number, (each, answer) in enumerate(zip(batch, answers, strict=True), 1):
        try:
            meant.append(None if answer is None else each.parse(answer))
        except ValueError as error:
            raise Unusable(
                f"answer {number}: {error}. Nothing was written down: correct it and run the cell again"
            ) from None
    _shown.clear()
    return _take(batch, meant)


def questions(folder: Path) -> list[Question]:
    """Returns every question of the lessons beside `folder` in which at least one exercise is solved, with its
    schedule.

    A lesson whose questions cannot be read is skipped.
    """
    result = []
    for lesson, (place, files) in sorted(around(folder).items()):
        if day := began(place):
            plan, first = _schedule(place), day + timedelta(DAYS[0])
            result += [Question(lesson, place, item, *plan.get(item["id"], (0, first)), shown_on=date.today())
                       for item in _items(files / QUESTIONS)]
    return result


def _items(path: Path) -> list[dict[str, Any]]:
    """Returns the questions of a lesson; empty if its file holds something else."""
    try:
        items = found(path)
    except (FileNotFoundError, ValueError):
        return []
    return items if isinstance(items, list) and all(map(_asks, items)) else []


def _asks(item: Any) -> bool:
    """Says whether `item` is a question whose answer is one of its letters, a shape, or a number."""
    if not isinstance(item, dict) or not all(isinstance(item.get(key), str) for key in ("id", "asks", "code", "why")):
        return False
    answer, choices = item.get("answer"), item.get("choices")
    if (
        not isinstance(choices, list)
        or len(choices) > len(LETTERS)
        or not all(isinstance(choice, str) for choice in choices)
    ):
        return False
    if isinstance(answer, str):
        return len(answer) == 1 and answer in LETTERS[:len(choices)]
    numbers = answer if isinstance(answer, list) else [answer]
    return all(isinstance(number, int if isinstance(answer, list) else int | float) for number in numbers)


def _ask(late: bool) -> Review:
    """Returns the questions that are due, beginning with those that have waited longest.

    late: True if answers were given before any question was asked.
    """
    today = date.today()
    everything = questions(Path.cwd())
    due = sorted((each for each in everything if each.due <= today), key=lambda each: each.due)
    _shown[:] = _interleave(due)[:AT_ONCE]
    if not everything:
        return Review("Nothing to review yet. When you have solved an exercise, come back tomorrow: `review()` asks "
                      "what you remember.", [])
    if not due:
        soonest = min(each.due for each in everything)
        return Review(f"Nothing to review today; the next questions come on {soonest:%A, %d %B}.", [])
    rest = f" ({len(due) - len(_shown)} more are waiting)" if len(due) > len(_shown) else ""
    number = f"{len(_shown)} question{'s' * (len(_shown) > 1)}"
    head = f"What do you remember? {number} from earlier lessons{rest}; answer without looking anything up."
    parts = []
    for each in _shown:
        parts.append((f"{each.title} ({each.wants})", _number_lines(each.item["code"]), each.choices))
    form = ", ".join({"a letter": '"?"', "a shape": "(...)"}.get(each.wants, "?") for each in _shown)
    foot = f"Write your answers into the brackets, in this order, and run the cell again: `review({form})`."
    return Review(head, parts, ("The answers in the brackets belong to other questions. " if late else "") + foot)


def _take(shown: list[Question], answers: list) -> Review:
    """Judges the answers, and writes down when each question comes again."""
    today, parts, right = date.today(), [], 0
    for each, answer in zip(shown, answers, strict=True):
        if answer is None:
            parts.append((each.title, "", ["○ Skipped: it comes again."]))
            continue
        good = each.right(answer)
        right += good
        step = min(each.step + 1, len(DAYS) - 1) if good else 0
        odd = _write(each, step, today + timedelta(DAYS[step]))
        result = "✓ Right." if good else f"✗ You answered {each.text_of(answer)}; it is {each.text_of(each.answer)}."
        below = [f"{result} {each.item['why']}", _again(DAYS[step]), *filter(None, [odd])]
        parts.append((each.title, _number_lines(each.item["code"]), below))
    skipped = sum(answer is None for answer in answers)
    head = f"{right} of {len(shown) - skipped} right{f', {skipped} skipped' if skipped else ''}."
    return Review(head, parts, "Empty the brackets and run `review()` again for more.")


def _again(days: int) -> str:
    return f"It comes again {'tomorrow' if days == 1 else f'in {days} days'}."


def _interleave(due: list[Question]) -> list[Question]:
    """Sorts the questions that have waited equally long so that the lessons take turns, and five questions do not all
    come from one lesson."""
    places: dict[tuple, int] = {}
    ranked = []
    for each in due:
        round_ = places[each.due, each.folder] = places.get((each.due, each.folder), -1) + 1
        ranked.append((each.due, round_))
    return [due[index] for index in sorted(range(len(due)), key=lambda index: ranked[index])]


def _number_lines(code: str) -> str:
    return "\n".join(f"{number}  {line}" for number, line in enumerate(code.split("\n"), 1)) if code else ""


def _schedule(folder: Path) -> dict[str, tuple[int, date]]:
    """Returns when each question of a lesson comes next; empty if there is no readable file."""
    try:
        return _strictly(folder)
    except ValueError:
        return {}


def _strictly(folder: Path) -> dict[str, tuple[int, date]]:
    """Returns when each question of a lesson comes next, as `_schedule` does. Raises ValueError if the file holds
    something else."""
    latest = date.today() + timedelta(DAYS[-1])  # a question with a later day would never come
    try:
        return {name: (min(max(0, int(step)), len(DAYS) - 1), min(date.fromisoformat(due), latest))
                for name, (step, due) in found(folder / SCHEDULE).items()}
    except FileNotFoundError:
        return {}
    except (TypeError, AttributeError) as error:
        raise ValueError(f"{SCHEDULE} holds something else") from error


def _write(question: Question, step: int, due: date) -> str:
    """Writes one question's next day into the schedule. Returns the sentence to show."""
    folder, name, note = question.folder, question.item["id"], ""
    try:
        plan = _strictly(folder)
    except ValueError:
        plan, note = {}, put_beside(folder / SCHEDULE)
    lesson = {name, *(item["id"] for item in _items(handed_out(QUESTIONS, folder)))}
    plan = bounded(plan | {name: (step, due)}, lambda each: (each == name, each in lesson))
    if why := keep(folder / SCHEDULE, {name: [step, due.isoformat()] for name, (step, due) in plan.items()}):
        note = f"{SCHEDULE} can't be written ({why}), so this question's next day is not kept."
    return note
