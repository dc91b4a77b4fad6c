"""What `make test` tries a part of and a nightly run tries whole: all of it stands here, and nowhere else.

`HYPOTHESIS_PROFILE=nightly` tries everything but the attacks, `ADVERSARIAL=all` every attack (CONTRIBUTING.md has the commands).
A part of a list rotates: which one it is follows from the commit, so that each of them is tried every few commits, and a run that
failed is repeated by testing the same commit.
"""

import os
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"

# How many: (in `make test`, in a nightly run).
COUNTS = {
    "seeds for variants and mistakes": (1, 20),  # other ones for another commit; a seed takes some seconds per lesson
    "seeds for the bank": (1, 3),
    "corrupted notebooks": (50, 600),
    "corrupted notebooks in a class": (5, 100),
}
# In `make test` one in so many, in a nightly run each.
ONE_IN = {
    "mutants": 4,  # of the lessons whose turn it is
    "mistakes and visible questions": 3,
    "mistakes and hidden questions": 4,
    "wrong answers and visible questions": 3,
    "seeds for training mode": 3,
    "signals": 2,  # of those that a terminal sends
    "ends of a cluster": 2,
    "right answers in the judge": 4,  # without a worker, in tests/graders, all of the bank is judged
    "wrong answers in the judge": 16,
    "attacks": 3,  # through nbgrader's own commands, as we set them up
    "attacks without walls": 6,  # that they succeed where nothing protects
    "walls": 3,  # a set of walls and a user
    "attacks on walls": 32,
    "views of pages": 43,  # a page at a width, in light or dark: 8 of them
    "unchanged lessons": 3,  # one whose inputs have changed since it was built is always tried
}

ATTACKING = {"attacks", "attacks without walls", "walls", "attacks on walls"}


def count(what: str) -> int:
    """How many of these to try. KeyError for what COUNTS does not have."""
    return COUNTS[what][NIGHTLY]


def part(what: str, items: Sequence[Any]) -> list[Any]:
    """Those of `items` whose turn it is. KeyError for what ONE_IN does not have."""
    step = ONE_IN[what]
    whole = os.environ.get("ADVERSARIAL") == "all" if what in ATTACKING else NIGHTLY
    return list(items) if whole else list(items[turn() % step::step])


@cache
def turn() -> int:
    """A number that follows from the commit; 0 where there is no repository."""
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True)
    return int(found.stdout[:8], 16) if found.returncode == 0 else 0
