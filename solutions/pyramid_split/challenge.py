"""Our attempt at the challenge of lesson 06a: `python -m solutions.pyramid_split.challenge` (about a minute of one
core)."""

from pathlib import Path

from torch import nn

from attention_lab.tasks.striped_cloths import direction_namer
from solutions.shared.attempts import Attempts

if __name__ == "__main__":
    attempts = Attempts(Path(__file__).with_name("page.py"))

    def two_kernels() -> nn.Module:
        """Two kernels of 5 x 5 with sigmoids, and 12 channels instead of 16."""
        return direction_namer(lambda: attempts.page["Sigmoids"](12, 12, (5, 5), groups=(1, 1), reduction=1), 12)

    attempts.try_all({"two kernels": two_kernels})
