"""How much of the machine one submission may use, in all the workers that run it.

Only the submission's own time decides about points: the time in which it computes, and the time in which it sleeps.
Time in which it waits for a processor is counted separately, if the kernel reports it (Linux). So a verdict does not
depend on what else the machine does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox import limits

BUSY = 2.0  # a machine is called busy after so many seconds of waiting for a processor
TOLD = 3  # spenders that are named


class Died(Exception):
    """A worker has ended.

    kind: "cpu", "wall", "spent" or "budget" if time ran out (the first two for a question, the others for the whole
        notebook), "excess" (too many threads), "ended" (it stopped by itself), or "broken" (it gave no honest
        answer).
    """

    def __init__(self, kind: str, text: str):
        super().__init__(text)
        self.kind = kind


@dataclass(frozen=True)
class Times:
    """The seconds of a process.

    waited: the seconds in which it waited for a processor, although it had something to compute; None if the system
        does not tell.
    """

    wall: float
    cpu: float
    waited: float | None

    def since(self, before: Times) -> Times:
        waited = None if self.waited is None or before.waited is None else self.waited - before.waited
        return Times(self.wall - before.wall, self.cpu - before.cpu, waited)

    @property
    def own(self) -> float:
        return max(self.cpu, self.wall - (self.waited or 0.0))


def waited(pid: int) -> float | None:
    """Returns the seconds for which a process has waited for a processor; None if the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return None


class Budget:
    """Keeps account of the time that a submission uses.

    cells: a description of each of its cells, in order.
    """

    def __init__(self, cells: Sequence[str] = ()):
        self.cells, self.cpu, self.own, self.waited, self.unknown = cells, 0.0, 0.0, 0.0, False
        self.exercise = ""  # that is asked now
        self.spent: dict[str, float] = {}  # own seconds by exercise or cell

    @property
    def busy(self) -> bool:
        """Whether other processes kept it waiting, as far as one can tell."""
        return self.unknown or self.waited > BUSY

    def over(self, used: Times, on: str) -> tuple[str, str] | None:
        """Returns the kind of limit that is reached if `used` is added, and a sentence that says what spent the time;
        None if there is time left."""
        if self.cpu + used.cpu > limits.NOTEBOOK_CPU:
            return (
                "spent",
                f"the notebook's {limits.NOTEBOOK_CPU:g} seconds of computing were spent by {self._spenders(used, on)}",
            )
        if self.own + used.own > limits.NOTEBOOK_OWN:
            return "budget", f"the notebook's {limits.NOTEBOOK_OWN:g} seconds were spent by {self._spenders(used, on)}"
        return None

    def charge(self, used: Times, on: str) -> None:
        """Adds what was used to the account."""
        self.cpu, self.own = self.cpu + used.cpu, self.own + used.own
        self.waited, self.unknown = self.waited + (used.waited or 0.0), self.unknown or used.waited is None
        self.spent[on] = self.spent.get(on, 0.0) + used.own

    def _spenders(self, used: Times, on: str) -> str:
        spent = {**self.spent, on: self.spent.get(on, 0.0) + used.own}
        most = sorted(spent.items(), key=lambda pair: -pair[1])[:TOLD]
        return ", ".join(f"{name} ({seconds:.0f} s)" for name, seconds in most if seconds >= 1)
