"""A submission's cells in a worker that is asked, and replaced when it dies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from torch import Tensor

from attention_lab.checking.protocol import Answer, Question
from autograder.judge import questions
from autograder.judge.proxy_process import ProxyProcess
from autograder.sandbox import validation
from autograder.sandbox.sandbox import Died, Sandbox, Worker
from autograder.submission import notebook
from autograder.worker import wire

RESTARTS = 5  # workers that a submission's cells may take with them, before the cells that are left are not run
TIMED = ("cpu", "wall", "budget")
DEATHS = {"cpu": "Your code did not come to an end: {}. Is there a loop that never stops?",
          "wall": "Your code did not come to an end: {}.",
          "budget": "Your notebook took too long as a whole, and this exercise was not reached: {}.",
          "excess": "Your code used more than it may: {}.",
          "ended": "Your code ended the whole Python process (`os._exit`, `exit`, too much memory, or a crash inside torch).",
          "broken": "Your code's process gave no answer that can be read ({})."}


def described(death: Died) -> tuple[str, str]:
    """The outcome and the sentence that a learner reads."""
    return "timeout" if death.kind in TIMED else "error", DEATHS[death.kind].format(death)


class TooLarge(Died):
    """Several answers do not fit into one frame; the worker lives."""


class Missing(Exception):
    """Nothing has the exercise's name. outcome: "failed"; or "error" or "timeout" where a cell was to define it and stopped."""

    def __init__(self, outcome: str, message: str):
        super().__init__(message)
        self.outcome = outcome


class Session:
    """A submission's cells in a worker. Where the worker dies, a new one runs them again for the next question.

    proxies: answers for the earlier exercises that stand instead of the learner's. until: the time.monotonic() at which it ends.
    """

    def __init__(self, sandboxes: dict[str, Sandbox], cells: list[notebook.Cell], proxies: ProxyProcess | None = None,
                 until: float = float("inf")):
        self.sandboxes, self.cells, self.proxies, self.until = sandboxes, cells, proxies, until
        self.workers: dict[str, Worker] = {}
        self.heard: set[str] = set()  # exercises that these workers were asked about
        self.stopped: dict[int, tuple[str, str]] = {}  # cells that do not get to their end -> outcome and why
        self.slow: set[int] = set()  # cells that were out of time by the clock once: the machine may have been busy
        self.deadly: set[int] = set()  # cells that are not run any more
        self.timed_out = self.unmeasured = False

    def ask(self, question: Question, tensors: dict[str, Tensor]) -> Answer:
        """The learner's observation. Raises Died, Missing."""
        device = "cuda" if question.device == "cuda" else "cpu"
        packed = questions.pack([(question, tensors)])
        if not question.measured:
            return self._observations(packed, question.exercise, 1, device)[0]
        worker = self.workers.get(device) or self._begin(device)
        self.unmeasured = not worker.forget_peak()
        before = worker.resident()["VmRSS"] if not self.unmeasured else 0
        header, out = self._observations(packed, question.exercise, 1, device)[0]
        return replace(header, grown=None if self.unmeasured else worker.resident()["VmHWM"] - before), out

    def ask_all(self, exercise: str, frame: wire.Packed, count: int) -> list[Answer]:
        """The observations for a frame of `count` questions, by a worker that was asked nothing about the exercise before; none where they
        are too large together. Raises Died, Missing."""
        if exercise in self.heard:
            self.close()
        try:
            return self._observations(frame, exercise, count, "cpu")
        except TooLarge:
            return []

    def _observations(self, packed: wire.Packed, exercise: str, count: int, device: str) -> list[Answer]:
        worker = self.workers.get(device) or self._begin(device)
        self.heard.add(exercise)
        try:
            header, out = self._asked(worker, packed)
            if header.get("missing") is True:
                raise self._missing(exercise)
            if "unsent" in header:
                raise (TooLarge if count > 1 else Died)("broken", str(header["unsent"])[:400])
            return validation.observations(header, out, count)
        except TooLarge:
            raise
        except (Died, ValueError) as error:
            self._end(device)
            raise error if isinstance(error, Died) else Died("broken", str(error)) from error

    def _asked(self, worker: Worker, question: dict | wire.Packed) -> tuple[dict, dict[str, Tensor]]:
        try:
            return worker.ask(question, self._remote)
        except Died as death:
            self.timed_out |= death.kind in TIMED
            raise

    def _remote(self, header: dict, tensors: dict[str, Tensor], waiting: Callable[[], None]) -> tuple[dict, dict[str, Tensor]]:
        if self.proxies is None:
            raise ValueError("there is no proxy to ask for")
        return self.proxies.answer(header, tensors, waiting)

    def _begin(self, device: str) -> Worker:
        """A worker in which every cell has run, but those that kill it."""
        while True:
            worker = self.workers[device] = self.sandboxes[device].worker()
            worker.until = self.until
            try:
                for header in self.proxies.start() if self.proxies else ():
                    self._asked(worker, {"op": "proxy", **header})
            except Died:
                self._end(device)
                raise
            for number, cell in enumerate(self.cells):
                if number in self.deadly or len(self.deadly) > RESTARTS:
                    continue
                try:
                    header, _ = self._asked(worker, {"op": "cell", "source": cell.source, "number": number})
                    raised = validation.cell(header)
                except (Died, ValueError) as error:
                    death = error if isinstance(error, Died) else Died("broken", str(error))
                    if death.kind == "budget":
                        self._end(device)
                        raise death from error
                    if death.kind == "wall" and number not in self.slow:
                        self.slow.add(number)
                    else:
                        self.deadly.add(number)
                        self.stopped[number] = described(death)
                    self._end(device)
                    break
                if raised:
                    line = f"\nin your line: {raised.line}" if raised.line else ""
                    self.stopped[number] = "error", f"{raised.type}: {raised.message}{line}"
            else:
                return worker

    def _missing(self, name: str) -> Missing:
        own = [number for number, cell in enumerate(self.cells) if name in cell.exercises]
        for number in reversed(own):
            if number in self.stopped:
                outcome, why = self.stopped[number]
                return Missing(outcome, f"The cell that defines `{name}` stops before it is defined. {why}")
        if not own:
            return Missing("failed", f"No cell defines `{name}`: the exercise's cell is missing, or defines another name.")
        return Missing("failed", f"`{name}` is defined in a cell, but is gone when the notebook has run.")

    def _end(self, device: str) -> None:
        self.workers.pop(device).close()

    def close(self) -> None:
        """End the workers. Whoever is asked next begins anew."""
        for device in list(self.workers):
            self._end(device)
        self.heard.clear()
