"""What one submission may take of the machine, in all the workers that run it.

Time that decides about points is the submission's own: what it computes, and what it sleeps. That the machine let it
wait for a processor is counted apart, where the kernel tells (Linux), so that a verdict does not depend on what else
the machine does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox import limits

BUSY = 2.0  # seconds of waiting for a processor from which on a machine is called busy
TOLD = 3  # spenders that are named


@dataclass(frozen=True)
class Times:
    """Seconds of a process. waited: for a processor, though it had something to compute;
    None where the system does not tell."""

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
    """Seconds that a process has waited for a processor; None where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return None


class Budget:
    """A submission's account. cells: how each of its cells is called, in their order."""

    def __init__(self, cells: Sequence[str] = ()):
        self.cells, self.cpu, self.own, self.waited, self.unknown = cells, 0.0, 0.0, 0.0, False
        self.exercise = ""  # that is asked now
        self.spent: dict[str, float] = {}  # own seconds by exercise or cell

    @property
    def busy(self) -> bool:
        """Was it kept waiting by others, as far as one can tell?"""
        return self.unknown or self.waited > BUSY

    def over(self, used: Times, on: str) -> tuple[str, str] | None:
        """The kind of limit that is reached with what is used now, and a sentence on who spent the time;
        None where there is time left."""
        if self.cpu + used.cpu > limits.NOTEBOOK_CPU:
            return (
                "spent",
                f"the notebook's {limits.NOTEBOOK_CPU:g} seconds of computing were spent by {self._spenders(used, on)}",
            )
        if self.own + used.own > limits.NOTEBOOK_OWN:
            return "budget", f"the notebook's {limits.NOTEBOOK_OWN:g} seconds were spent by {self._spenders(used, on)}"
        return None

    def charge(self, used: Times, on: str) -> None:
        """Take what was used off the account."""
        self.cpu, self.own = self.cpu + used.cpu, self.own + used.own
        self.waited, self.unknown = self.waited + (used.waited or 0.0), self.unknown or used.waited is None
        self.spent[on] = self.spent.get(on, 0.0) + used.own

    def _spenders(self, used: Times, on: str) -> str:
        spent = {**self.spent, on: self.spent.get(on, 0.0) + used.own}
        most = sorted(spent.items(), key=lambda pair: -pair[1])[:TOLD]
        return ", ".join(f"{name} ({seconds:.0f} s)" for name, seconds in most if seconds >= 1)
