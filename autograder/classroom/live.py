"""The display of a grading run: a line for each submission, on a terminal a bar below them, and a summary at the end.

Names and messages come from learners. They are shown without control characters, and never as rich's markup.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from attention_lab.checking.verdict.report import number
from autograder.classroom.final_mark import FinalMark
from autograder.judge.judge import Result
from autograder.judge.packages import package_name, sort_out
from autograder.outward import on_terminal

LONG = 5.0  # seconds; if judging takes longer, the summary says so
NAMED = 5  # how many of the notebooks beside a graded one are named


@dataclass
class Entry:
    """One submission.

    recorded: False if it could not be recorded; None as long as it was not tried.
    mark: the mark that the gradebook now holds.
    """

    recorded: bool | None = None
    began: float = 0.0
    seconds: float = 0.0
    cached: bool = False
    result: Result | None = None
    mark: FinalMark | None = None
    unreadable: str = ""
    half_read: str = ""
    again: str = ""  # why it is graded again
    note: str = ""  # which file was graded, if that is not obvious
    problem: str = ""  # why it could not be recorded

    @property
    def full(self) -> bool:
        return self.result is not None and not self.result.problem and self.result.points == self.result.max_points

    @property
    def points(self) -> str:
        """The recorded points; as long as nothing is recorded, the points that the judge gave."""
        if self.mark:
            return self.mark.in_words
        return f"{number(self.result.points)} of {number(self.result.max_points)}" if self.result else ""

    @property
    def why(self) -> str:
        """The first sentence about the first exercise below full marks; empty if there is none."""
        if self.problem:
            return self.problem
        if self.unreadable:
            return f"The notebook {self.unreadable}"
        if self.result is None:
            return ""
        if self.result.problem:
            return self.result.problem
        if self.half_read and not self.full:
            return f"The file {self.half_read}"
        below = [v for v in self.result.verdicts.values() if v.points < v.max_points]
        return f"{below[0].exercise}: " + re.split(r"(?<=[.?!])\s", below[0].headline, maxsplit=1)[0] if below else ""

    @property
    def usual(self) -> bool:
        """Says whether there is nothing to read about it: it has full marks, and nothing was changed."""
        return bool(self.recorded and self.full and not self.remarks
                    and not (self.mark and (self.mark.taken_off or self.mark.by_hand)))

    @property
    def remarks(self) -> str:
        """Other things that the reader should know, in brackets."""
        again = f"graded again: {self.again}" if self.again and not self.problem else ""
        return f"({'; '.join(filter(None, [again, self.note]))})" if again or self.note else ""


@dataclass
class Display:
    """The display of a run. The gradebook writer tells the display what happens. Use it as a context manager around the
    run, and call `summary` afterwards."""

    console: Console
    entries: dict[str, Entry] = field(default_factory=dict)
    before: int = 0  # submissions that were graded before

    def __post_init__(self) -> None:
        self.began = time.monotonic()
        self.bar = Progress(BarColumn(bar_width=30), MofNCompleteColumn(), TextColumn("recorded, time left"),
                            TimeRemainingColumn(compact=True), console=self.console, transient=True,
                            disable=not self.console.is_terminal)
        self.task = self.bar.add_task("", total=None)

    def __enter__(self) -> Display:
        self.bar.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.bar.stop()

    def expect(self, students: dict[str, str], before: int) -> None:
        """Names the submissions that will be graded. students: by id, with the reason if they were graded before."""
        self.entries, self.before = {student: Entry(again=reason) for student, reason in students.items()}, before
        self.bar.update(self.task, total=len(students))

    def sure(self, student: str, graded: bool) -> None:
        """Corrects the list of submissions that will be graded. graded: True if this student's work is to be graded,
        False if it stays as it is."""
        if graded:
            self.entries.setdefault(student, Entry())
        elif self.entries.pop(student, None):
            self.before += 1

    def unreadable(self, student: str, problem: str) -> None:
        self.entries[student].unreadable = problem

    def half_read(self, student: str, problem: str) -> None:
        self.entries[student].half_read = problem

    def note(self, student: str, note: str) -> None:
        self.entries[student].note = note

    def judging(self, student: str) -> None:
        self.entries[student].began = time.monotonic()

    def judged(self, student: str, result: Result, cached: bool) -> None:
        entry = self.entries[student]
        entry.result, entry.cached = result, cached
        entry.seconds = time.monotonic() - entry.began if entry.began else 0.0

    def ended(self, student: str, recorded: bool, problem: str = "", mark: FinalMark | None = None) -> None:
        """Ends a submission's line. mark: the mark in the gradebook, if the submission is recorded."""
        entry = self.entries[student]
        entry.recorded, entry.problem, entry.mark = recorded, problem, mark
        done = sum(e.recorded is not None for e in self.entries.values())
        self.bar.update(self.task, completed=done)
        if not (self.console.is_terminal and entry.usual):
            words = [on_terminal(student), entry.points if recorded else "NOT RECORDED",
                     "" if entry.full and recorded else on_terminal(entry.why), on_terminal(entry.remarks)]
            self._line(f"{done}/{len(self.entries)}  " + "  ".join(filter(None, words)))

    def summary(self, standing: tuple[int, int, list[str]], absent: list[str], passed_over: dict[str, list[str]],
                times: list[str]) -> None:
        """Prints what cannot be seen in a list that has scrolled by: which students need a look, and where the class
        stands.

        standing: the gradebook's submissions of the lesson, how many of those have full marks, and the students with
            something that is not marked yet.
        absent: students without a submission.
        passed_over: notebooks beside those that are graded.
        times: lines about penalties and hand-in times.
        """
        entries = dict(sorted(self.entries.items()))
        done = {student: entry for student, entry in entries.items() if entry.recorded}
        for student, entry in self.lost.items():
            self._line(f"!  {on_terminal(student)}  not recorded  {on_terminal(entry.why)}")
        if long := sorted((entry.seconds, student) for student, entry in entries.items() if entry.seconds > LONG):
            self._line("Took long: " + ", ".join(f"{on_terminal(student)} {seconds:.0f} s"
                                                 for seconds, student in reversed(long)))
        self._modules(done)
        for student, entry in done.items():
            for exercise, why in (entry.result.not_reached if entry.result else {}).items():
                self._line(f"No time was left for {on_terminal(student)}'s {exercise}, because {on_terminal(why)}")
        for student, entry in done.items():
            if entry.result and entry.result.unsettled:
                self._line(f"{on_terminal(student)}: {on_terminal(entry.why)}. The next run grades this again.")
        for student, entry in done.items():
            if entry.unreadable:
                self._line(f"{on_terminal(student)}: the notebook {on_terminal(entry.unreadable)}")
        for student, names in passed_over.items():
            more = f", and {len(names) - NAMED} more" if names[NAMED:] else ""
            whose = f"{on_terminal(student)}'s {on_terminal(', '.join(names[:NAMED]))}{more}"
            self._line(f"Not graded, because a notebook with the right name was also handed in: {whose}")
        for line in times:
            self._line(on_terminal(line))
        if absent:
            self._line(f"Nothing was handed in by {len(absent)} of the gradebook's students: "
                       f"{', '.join(map(on_terminal, absent))}")
        cached = sum(entry.cached for entry in done.values())
        parts = [f"{len(done)} recorded ({len(done) - cached} judged, {cached} from the cache)"]
        unread = sum(bool(entry.unreadable) for entry in done.values())
        parts += [f"{unread} unreadable"] if unread else []
        halves = sum(bool(entry.half_read) for entry in done.values())
        parts += [f"{halves} readable in part"] if halves else []
        parts += [f"{self.before} graded before"] if self.before else []
        judged = sum(entry.result is not None for entry in self.lost.values())
        parts += [f"{len(self.lost)} NOT recorded ({judged} of them judged)"] if self.lost else []
        parts += ["{} in the gradebook, {} of them with full marks".format(*standing)]
        if by_hand := standing[2]:
            self._line(f"Something is not marked yet, see formgrader: {', '.join(map(on_terminal, by_hand))}")
        self._line("; ".join(parts) + f"; {time.monotonic() - self.began:.0f} s")

    def _modules(self, done: dict[str, Entry]) -> None:
        """Prints the modules that learners import and that this machine lacks, because the machine may be the problem.
        """
        wanted: dict[str, list[str]] = {}
        for student, entry in done.items():
            for name in entry.result.missing_modules if entry.result else ():
                wanted.setdefault(name, []).append(student)
        known, others = sort_out(sorted(wanted, key=lambda name: (-len(wanted[name]), name)))
        for name in known:
            students = wanted[name]
            notebooks = "1 notebook imports" if len(students) == 1 else f"{len(students)} notebooks import"
            self._line(f"Not installed here: {on_terminal(package_name(name))}, which {notebooks}: "
                       f"{', '.join(map(on_terminal, students))}")
        if others:
            named = ", ".join(on_terminal(f"{name} ({', '.join(wanted[name])})") for name in others)
            self._line("Imported, but no package that the course knows, so probably files of the students' own, which "
                       f"are not handed in: {named}. If one is a package that you want to allow, install it by the "
                       "name that its own documentation gives")

    def _line(self, text: str) -> None:
        """Prints a line at its full length, without cutting it."""
        self.console.print(Text(text), soft_wrap=True)

    def interrupted(self) -> None:
        self.bar.stop()
        recorded = sum(bool(entry.recorded) for entry in self.entries.values())
        self.console.print(f"Interrupted. {recorded} of {len(self.entries)} are recorded, "
                           f"{sum(entry.result is not None for entry in self.entries.values())} are judged, and "
                           "nothing is lost: run the same command to continue.", soft_wrap=True)

    @property
    def failed(self) -> bool:
        """Says whether somebody must take a look, because the grader itself failed or a submission is not recorded."""
        return any(not entry.recorded or entry.result and entry.result.problem
                   for entry in self.entries.values())

    @property
    def lost(self) -> dict[str, Entry]:
        return {student: entry for student, entry in sorted(self.entries.items()) if entry.recorded is False}
