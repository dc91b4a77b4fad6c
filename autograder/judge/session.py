"""Runs a submission's cells in a worker and asks it questions. If the worker dies, a new one takes its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from torch import Tensor

from attention_lab.checking.form.protocol import Answer, Observation
from attention_lab.checking.verdict.verdict import Verdict
from autograder.judge.packages import OWN, PYTHON, is_absent, is_known, why_lacking
from autograder.judge.proxy_process import ProxyProcess
from autograder.sandbox import limits, validation
from autograder.sandbox.budget import Died
from autograder.sandbox.sandbox import Sandbox
from autograder.sandbox.worker import Remote, Worker
from autograder.submission import notebook
from autograder.worker import wire
from autograder.worker.cells import Ran, TimeIsUp, Unmet
from autograder.worker.proxies import UNASKED

NEARLY = 0.5  # of the time that a cell may compute: the kernel's two clocks count in steps
TOLD = 3  # how many failed imports, or other cells that can't be read, a report mentions
UNDEFINED = "No cell defines", "The cell that defines"  # how the sentence begins if there is nothing to judge
CONFLICT = re.compile(r"^(<{7}|>{7})( |$)", re.MULTILINE)
ODD_SIGN = re.compile(r"invalid non-printable character (U\+[0-9A-F]+)")
UNREADABLE = ("SyntaxError", "IndentationError", "TabError")
BY_CLOCK = ("wall", "budget")
OVER = ("spent", "budget")  # the time for the whole notebook
TIMED = ("cpu", "wall", *OVER)
DEATHS = {"cpu": "Your code did not come to an end: {}. Is there a loop that never stops?",
          "wall": "Your code did not come to an end: {}.",
          "spent": "This exercise was not reached: {}.",
          "budget": "This exercise was not reached: {}.",
          "excess": "Your code used more than it may: {}.",
          "ended": "Your code ended the whole Python process (`os._exit`, `exit`, too much memory, or a crash "
                   "inside torch).",
          "broken": "Your code's process gave no answer that can be read ({})."}


NO_MODULE = re.compile(r"No module named '(\w+)")


def outcome_of(death: Died) -> tuple[str, str]:
    """Returns the outcome of a death, and the sentence that a learner reads."""
    return "timeout" if death.kind in TIMED else "error", DEATHS[death.kind].format(death)


def _name_cell(message: str, cell: notebook.Cell) -> str:
    """Returns an error's message in which a cell is named so that its author finds it. Python's message names it by a
    number of ours."""
    return re.sub(r"<cell \d+>", lambda _: f"the cell that begins with `{notebook.first_line(cell.source)}`", message)


class TooLarge(Died):
    """Several answers together do not fit into one frame. The worker is still alive."""


class Missing(Exception):
    """When the cells have run, the exercise's name is not defined.

    outcome: "failed", or "error" or "timeout" if a cell should have defined it, but was stopped.
    """

    def __init__(self, outcome: str, message: str):
        super().__init__(message)
        self.outcome = outcome


@dataclass
class CellHistory:
    """How a submission's cells behaved in its workers so far. Cells are named by their place in the list.

    stopped: the cells that do not run to their end, with the outcome and the reason.
    slow: the cells that ran out of time by the clock once. (The machine may have been busy.)
    late: the cells that were stopped because they computed for too long.
    brief: the cells that cost a worker its life, so that only their definitions are run from now on.
    deadly: the cells that cost another worker its life, although only their definitions were run. None is run again.
    unreadable: why Python can't read a cell, for those with a syntax error.
    unmet: the imports that failed.
    absent: the modules that this machine lacks; the judge has looked for them, too.
    """

    stopped: dict[int, tuple[str, str]] = field(default_factory=dict)
    slow: set[int] = field(default_factory=set)
    late: set[int] = field(default_factory=set)
    brief: set[int] = field(default_factory=set)
    deadly: set[int] = field(default_factory=set)
    unreadable: dict[int, str] = field(default_factory=dict)
    unmet: dict[int, list[Unmet]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)

    def note_death(self, number: int, death: Died, brief: bool) -> None:
        """Notes that a cell has cost a worker its life."""
        if death.kind == "wall" and number not in self.slow:
            self.slow.add(number)
            return
        (self.deadly if brief else self.brief).add(number)
        self.stopped[number] = outcome_of(death)

    def note_run(self, number: int, cell: notebook.Cell, ran: Ran, seconds: float, spent: float) -> None:
        """Notes what a cell's answer shows.

        seconds, spent: how long it might compute, and how long it did, measured from outside.
        """
        if ran.raised and ran.raised.type == TimeIsUp.__name__ and spent >= NEARLY * seconds:
            self.late.add(number)
            self.stopped.setdefault(number, outcome_of(Died("cpu", f"more than {seconds:g} seconds of computing")))
        elif ran.raised and UNASKED not in ran.raised.message:
            line = f"\nin your line: {ran.raised.line}" if ran.raised.line else ""
            message = f"{ran.raised.type}: {_name_cell(ran.raised.message, cell)}{line}"
            if ran.raised.type in UNREADABLE and number not in self.unreadable:
                self.unreadable[number] = f"can't be read: {_why_unreadable(cell.source, ran.raised.message)}"
            self.stopped.setdefault(number, ("error", message))
        self.unmet[number] = ran.unmet
        self.lacks(*(unmet.module for unmet in ran.unmet if unmet.module))

    def lacks(self, *modules: str) -> None:
        self.absent |= {package for module in modules if is_absent(package := module.partition(".")[0])}


class Session:
    """A submission's cells in a worker. If the worker dies, a new one runs the cells again for the next question.

    proxies: answers for the earlier exercises that take the place of the learner's.
    until: the time.monotonic() at which the session ends.
    history: what another session has found out about the same cells.
    then: an exercise. Names have the meanings that they had directly below this exercise's cell. By default, they have
        the meanings that they have at the end of the notebook.
    """

    def __init__(self, sandboxes: dict[str, Sandbox], cells: list[notebook.Cell], proxies: ProxyProcess | None = None,
                 until: float = float("inf"), history: CellHistory | None = None, then: str = ""):
        self.sandboxes, self.cells, self.proxies, self.until = sandboxes, cells, proxies, until
        self.then = then
        self.names = sorted({name for cell in cells for name in cell.exercises})
        self.history = history or CellHistory()
        self.workers: dict[str, Worker] = {}
        self.asked_about: set[str] = set()  # exercises that these workers were asked about
        self.timed_out = self.unmeasured = False

    def with_cells(self, cells: list[notebook.Cell]) -> Session:
        """Returns a new session for `cells`, which are the same cells or shortened ones. The new session knows which of
        the cells do not run to their end."""
        return Session(self.sandboxes, cells, self.proxies, self.until, self.history, self.then)

    def ask_all(self, exercise: str, frame: wire.Packed, count: int, again: bool) -> list[Answer]:
        """Returns the observations for a frame of `count` questions, from a worker that was not asked about the
        exercise before, unless this is the same frame `again`. The list is empty if the observations are too large
        together. Raises Died, Missing."""
        if exercise in self.asked_about and not again:
            self.close()
        try:
            return self.observations(frame, exercise, count, "cpu")
        except TooLarge:
            return []

    def observations(self, packed: wire.Packed, exercise: str, count: int, device: str,
                     meanwhile: Callable[[], object] | None = None) -> list[Answer]:
        """Returns the observations for the questions in a frame. Raises Died, Missing.

        meanwhile: called again and again while this waits.
        """
        worker = self.workers.get(device) or self.begin(device)
        self.asked_about.add(exercise)
        try:
            header, out = self._ask(worker, packed, self._remote, meanwhile)
            if header.get("missing") is True:
                raise self._missing(exercise)
            if "unsent" in header:
                raise (TooLarge if count > 1 else Died)("broken", str(header["unsent"])[:400])
            answers = validation.observations(header, out, count)
            self.history.lacks(*filter(None, (_module(seen) for seen, _ in answers)))
            return answers
        except TooLarge:
            raise
        except (Died, ValueError) as error:
            self._end(device)
            raise error if isinstance(error, Died) else Died("broken", str(error)) from error

    def _ask(self, worker: Worker, question: dict | wire.Packed, remote: Remote | None = None,
             meanwhile: Callable[[], object] | None = None) -> tuple[dict, dict[str, Tensor]]:
        """remote: answers for proxies; nobody does while cells run."""
        try:
            return worker.ask(question, remote, meanwhile)
        except Died as death:
            self.timed_out |= death.kind in BY_CLOCK
            raise

    def _remote(self, header: dict, tensors: dict[str, Tensor],
                waiting: Callable[[], None]) -> tuple[dict, dict[str, Tensor]]:
        if self.proxies is None:
            raise ValueError("there is no proxy to ask for")
        return self.proxies.answer(header, tensors, waiting)

    def begin(self, device: str) -> Worker:
        """Returns a worker in which all cells have run, except those that kill it. Raises Died."""
        while True:
            worker = self.workers[device] = self.sandboxes[device].worker()
            worker.until = self.until
            try:
                for header in self.proxies.start() if self.proxies else ():
                    self._ask(worker, {"op": "proxy", **header})
            except Died:
                self._end(device)
                raise
            left = limits.CELLS_CPU
            for number in range(len(self.cells)):
                if number in self.history.deadly:
                    continue
                brief = number in self.history.brief or len(self.history.brief) > limits.CELLS_RESTARTS or left <= 0
                try:
                    left -= self._run(worker, number, brief, left)
                except (Died, ValueError) as error:
                    death = error if isinstance(error, Died) else Died("broken", str(error))
                    self._end(device)
                    if death.kind in OVER:
                        raise death from error
                    self.history.note_death(number, death, brief)
                    break
            else:
                if self.then:
                    self._then(device, self.then, go_back=True)
                return worker

    def rebinds(self, exercise: str) -> bool:
        """Says whether a cell below the exercise's cell gives another meaning to a name that functions or classes use.
        Raises Died."""
        if "cpu" not in self.workers:
            self.begin("cpu")
        return self._then("cpu", exercise, go_back=False)

    def _then(self, device: str, exercise: str, go_back: bool) -> bool:
        """Says whether names had another meaning below the exercise's cell. Raises Died.

        go_back: True gives them that meaning again from now on.
        """
        try:
            header, _ = self._ask(self.workers[device], {"op": "then", "exercise": exercise, "go_back": go_back})
            return validation.changed(header)
        except (Died, ValueError) as error:
            self._end(device)
            raise error if isinstance(error, Died) else Died("broken", str(error)) from error

    def _run(self, worker: Worker, number: int, brief: bool, left: float) -> float:
        """Runs one cell, and returns the seconds that it has computed. Raises Died, ValueError."""
        most = limits.CELL_AGAIN_CPU if brief or number in self.history.late else min(left, limits.CELLS_CPU)
        seconds, before = min(most, limits.CELL_SHARE * limits.QUESTION_CPU), worker.cpu_seconds()
        header, _ = self._ask(worker, {"op": "cell", "source": self.cells[number].source, "number": number,
                                       "exercises": self.names,
                                       "seconds": seconds, "brief": brief})
        ran, spent = validation.cell(header), worker.cpu_seconds() - before
        self.history.note_run(number, self.cells[number], ran, seconds, spent)
        if left <= 0:
            self.history.stopped.setdefault(number, ("timeout", "All cells together computed for more than "
                                                                f"{limits.CELLS_CPU:g} seconds, so "
                                                     "only the definitions in this cell were run."))
        return spent

    def _missing(self, name: str) -> Missing:
        own = [number for number, cell in enumerate(self.cells) if name in cell.exercises]
        for number in reversed(own):
            if number in self.history.stopped:
                outcome, why = self.history.stopped[number]
                how = self.history.unreadable.get(number, "stops before the definition")
                return Missing(outcome, f"{UNDEFINED[1]} `{name}` {how}. {why}")
        if not own:
            return Missing("failed",
                           f"{UNDEFINED[0]} `{name}`: the exercise's cell is missing, or defines another name.")
        return Missing("failed", f"`{name}` is defined in a cell, but no longer exists at the end of the notebook.")

    def explanations(self, verdict: Verdict) -> list[str]:
        """Returns sentences about the submission's own cells that may explain why an exercise is below full marks: its
        cell was stopped, or an import failed."""
        sentences = []
        for number, cell in enumerate(self.cells):
            why = self.history.stopped.get(number, ("", ""))[1]
            if verdict.exercise in cell.exercises and why and why not in verdict.headline:
                how = self.history.unreadable.get(number, "was not run as a whole")
                sentences.append(f"The cell that defines `{verdict.exercise}` {how}. {why}")
        if any(check.outcome == "error" for check in verdict.checks):
            others: dict[str, list[str]] = {}
            for number, how in sorted(self.history.unreadable.items()):
                if not self.cells[number].exercises:
                    others.setdefault(how, []).append(f"`{notebook.first_line(self.cells[number].source)}`")
            sentences += [f"The cell{'s' if cells[1:] else ''} that begin{'' if cells[1:] else 's'} with "
                          f"{', '.join(cells[:TOLD])}{', ...' if cells[TOLD:] else ''} {how}."
                          for how, cells in [*others.items()][:TOLD]]
        if any(check.outcome == "error" for check in verdict.checks) or verdict.exercise not in self.names:
            failed = [(self.cells[number], unmet) for number, all_of_it in sorted(self.history.unmet.items())
                      for unmet in all_of_it]
            sentences += [_import_sentence(cell, unmet) for cell, unmet in failed[:TOLD]]
        inside = NO_MODULE.search(verdict.headline)  # an import in the exercise itself
        if inside and is_absent(inside[1]) and not is_known(inside[1]):
            sentences.append(f"{OWN}.")
        return sentences

    def _end(self, device: str) -> None:
        self.workers.pop(device).close()

    def close(self) -> None:
        """Ends the workers. If a question follows, it starts new ones."""
        for device in list(self.workers):
            self._end(device)
        self.asked_about.clear()


def _why_unreadable(source: str, message: str) -> str:
    if CONFLICT.search(source):
        return "there are marks of a merge conflict in git (`<<<<<<<`, `>>>>>>>`). Keep one version, without the marks"
    if odd := ODD_SIGN.search(message):
        return (f"there are signs that look like blanks or like nothing ({odd[1]}), as in code copied from a web page. "
                "Replace them by plain blanks")
    return f"this machine grades with {PYTHON}, in which it is not valid (a newer Python may know more)"


def _import_sentence(cell: notebook.Cell, unmet: Unmet) -> str:
    place = f" in code cell {cell.number}" if cell.number else ""
    why = (why_lacking(unmet.module or "", unmet.line) if unmet.module or unmet.line.startswith("from .")
           else f"the grading machine says: {unmet.message}")
    return f"The import{place} failed: {why}. Your line: `{unmet.line}`."


def _module(seen: Observation) -> str:
    """Returns the module whose import failed while a question was answered."""
    match = (
        seen.raised
        and seen.raised.type == "ModuleNotFoundError"
        and re.fullmatch(r"No module named '([\w.]+)'", seen.raised.message)
    )
    return match[1] if match else ""
