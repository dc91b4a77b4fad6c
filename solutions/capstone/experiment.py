"""The long runs of the capstone: `python -m solutions.capstone.experiment` writes experiment.md (about 45 minutes of
one core).

figures.py draws its map and its fronts from that table."""

import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from attention_lab.networks import adapters as plugs
from attention_lab.networks.cost import cost
from attention_lab.tasks.five_tasks import SIDE, TASKS, WIDTH, TaskNet
from autograder.lessons.course import lessons
from autograder.lessons.topics import topic
from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 10_capstone: long runs

`python -m solutions.capstone.experiment` trains the page's network on all five tasks, with each module of the course (our references).
It trains for the page's steps (200 of 16 pictures, and 500 for the look-up) and for five times as many, with a peak rate of 0.01 and
with half of that rate.
The data are drawn once. The seed decides the first weights and the order of the pictures.

Each cell has eight numbers. Five are the right answers on 400 new pictures, in per cent, for what / where / look-up / far / local.
Chance level on these tasks is 50, 25, 33, 33 and 50.
Then come the trainable parameters of the whole network, and its multiply-adds and time for one picture of 24 x 24 pixels.
The time is that of a forward pass in microseconds, the shortest CPU time of fifty.

`CBAM, no maximum` has a channel gate that looks only at the mean, and `CBAM, channels alone` has no gate for positions.
`CoordAtt, DANet channel` has both modules, one after the other."""  # noqa: E501
ARMS = tuple(plugs.CONTROLS) + tuple(plugs.PLUGS)
TAKEN_APART = "CBAM, no maximum", "CBAM, channels alone"
TOGETHER = "CoordAtt, DANet channel"
EVERY = *ARMS, *TAKEN_APART, TOGETHER
ROWS = [
    *((Row(arm, longer), range(seeds)) for seeds in (1, 3) for longer in (1, 5) for arm in EVERY),
    *((Row(arm, 5, Fraction(1, 2)), range(1)) for arm in EVERY),
]


def reference(lesson: str, name: str) -> Any:
    """The course's own module, where a learner has their own."""
    folder = {each.name: each.topic for each in lessons()}[lesson]
    return getattr(topic(folder).reference, name)


def taken_apart() -> dict[str, Callable[[int], nn.Module]]:
    """CBAM without one of its parts."""
    cbam, gate = reference("03_cbam", "CBAM"), reference("03_cbam", "ChannelGate")

    class MeanGate(gate):
        def forward(self, x: Tensor) -> Tensor:
            return self.mlp(x.mean(dim=(2, 3))).sigmoid()[:, :, None, None]

    class Open(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.new_ones(1)

    def no_maximum(channels: int) -> nn.Module:
        made = cbam(channels, 2)
        made.channel_gate.__class__ = MeanGate
        return made

    def channels_alone(channels: int) -> nn.Module:
        made = cbam(channels, 2)
        made.spatial_gate = Open()
        return made

    return dict(zip(TAKEN_APART, (no_maximum, channels_alone), strict=True))


def with_costs(page: dict[str, Any]) -> Callable[[str, int], dict[str, float]]:
    """The page's run, and what the network costs."""
    picture = torch.zeros(1, 3, SIDE, SIDE)

    def seconds(net: TaskNet) -> float:
        start = time.process_time()
        net(picture)
        return time.process_time() - start

    def run(arm: str, seed: int) -> dict[str, float]:
        net = TaskNet(page["arms"][arm](WIDTH), 3).eval()
        counted = cost(net, picture, latency=False)
        with torch.no_grad():
            fastest = min(seconds(net) for _ in range(50))
        return page["run"](arm, seed) | {"parameters": counted.parameters, "multiply-adds": counted.multiply_adds,
                                         "us": 1e6 * fastest}

    return run


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.page["arms"], missing = plugs.plugged(reference)
    runs.page["arms"] |= taken_apart()
    first, then = (runs.page["arms"][name] for name in TOGETHER.split(", "))
    runs.page["arms"][TOGETHER] = lambda channels: nn.Sequential(first(channels), then(channels))
    runs.page["tasks"] = list(TASKS)
    if missing:
        raise RuntimeError(missing)
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, with_costs(runs.page))
