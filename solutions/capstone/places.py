"""The runs behind section 8's example of a study: attention that sees rows and columns, on "far".

    python -m solutions.capstone.places      writes places.md (about four minutes of one core)
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from attention_lab.lessons.capstone.adapters import Maker
from attention_lab.lessons.capstone.five_tasks import TASKS, UNASKED, WIDTH, TaskNet
from attention_lab.lessons.capstone.places import PlacedAttention, positions
from attention_lab.lessons.capstone.task_scores import score, train_questions
from attention_lab.networks.training import compare_arms, train
from autograder.lessons.topics import topic
from solutions.shared.long_runs import Row, Table, write

FILE, SEEDS, LONGER = Path(__file__).with_suffix(".md"), range(5), 5
ABOUT = """# 10_capstone: attention that sees rows and columns

`python -m solutions.capstone.places` trains the arms of section 8's study on "far", for the page's 200 steps and for five times as many.
The table has the right answers on 400 new pictures, in per cent.
`mixed in` is the lazier arm: a linear layer mixes rows and columns into the features, and then comes lesson 05a's module as it is."""  # noqa: E501


class MixedIn(nn.Module):
    """Lesson 05a's position attention on features into which rows and columns are mixed, (B, C, H, W) -> (B, C, H, W).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mix = nn.Linear(channels + 2, channels)
        self.attention = topic("danet").reference.PositionAttention(channels, 2)

    def forward(self, x: Tensor) -> Tensor:
        tokens = torch.cat([x.flatten(2).mT, positions(x)], dim=2)
        return self.attention(self.mix(tokens).mT.unflatten(2, x.shape[2:]))


ARMS: dict[str, Maker] = {
    "attention": lambda c: PlacedAttention(c, places=False), "attention with places": PlacedAttention,
    "places alone": lambda c: PlacedAttention(c, attend=False), "mixed in": MixedIn,
}


def main() -> None:
    table: Table = {}
    for longer in (1, LONGER):
        def run(arm: str, seed: int, longer: int = longer) -> float:
            net = TaskNet(ARMS[arm](WIDTH), TASKS["far"].classes)
            train(net, *train_questions("far"), loss=lambda s, a: F.cross_entropy(s, a, ignore_index=UNASKED),
                  epochs=longer, batch_size=16, peak_rate=0.01, seed=seed)
            return score(net, "far")

        results = compare_arms(ARMS, SEEDS, run)
        table |= {Row(arm, longer): {seed: f"{results.runs[arm, seed]['score']:.1f}" for seed in SEEDS} for arm in ARMS}
    FILE.write_text(f"{ABOUT}\n\n{write(table)}\n\ntorch {torch.__version__}, one thread.\n", encoding="utf-8")


if __name__ == "__main__":
    main()
