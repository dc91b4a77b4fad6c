"""Our attempts at the challenge of lesson 08b: `python -m solutions.grl.challenge` (about half a minute of one
core)."""

from collections.abc import Callable
from contextlib import chdir
from itertools import product
from pathlib import Path

from torch import Tensor

from solutions.shared.attempts import Attempts

HERE = Path(__file__).parent
Restore = Callable[[Tensor], Tensor]


def mirrored(restore: Restore) -> Restore:
    """The mean over the picture and its mirrored copies, each mirrored back."""
    flips = (), (2,), (3,), (2, 3)
    return lambda x: sum(restore(x.flip(axes)).flip(axes) for axes in flips) / len(flips)


def shifted(restore: Restore, steps: tuple[int, ...]) -> Restore:
    """The mean over shifted copies, whose windows and patches are cut at other places."""
    shifts = list(product(steps, repeat=2))
    return lambda x: sum(restore(x.roll((s, t), (2, 3))).roll((-s, -t), (2, 3)) for s, t in shifts) / len(shifts)


if __name__ == "__main__":
    with chdir(HERE):  # where the weights are that the page loads
        attempts = Attempts(HERE / "page.py", also=["def restorer("])
        restore = attempts.page["restorer"]("rocket")
    attempts.try_all({"as it is": restore, "mirrored": mirrored(restore),
                      "and shifted": shifted(mirrored(restore), (0, 1, 6, 11))})
