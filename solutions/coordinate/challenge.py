"""Our attempts at the challenge of lesson e2: `python -m solutions.coordinate.challenge` (about 20 seconds of one
core)."""

from pathlib import Path

import torch
from torch import Tensor, nn

from solutions.coordinate.experiment import Few
from solutions.coordinate.reference import directional_pool
from solutions.shared.attempts import Attempts


class OneNorm(nn.Module):
    """One BatchNorm for the means of rows and columns, then a sigmoid: two numbers per channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        rows, columns = directional_pool(x)
        gates = self.norm(torch.cat([rows, columns.mT], dim=2)).sigmoid()
        of_rows, of_columns = gates.split(x.shape[2:], dim=2)
        return x * of_rows * of_columns.mT


if __name__ == "__main__":
    Attempts(Path(__file__).with_name("page.py")).try_all({"factors and shifts": lambda: Few(16),
                                                           "one norm": lambda: OneNorm(16)})
