"""The runs behind the capstone's map: `python -m solutions.capstone.experiment [MINUTES]` writes experiment.md.

What stands there is not run again. With a CUDA device the networks are trained side by side, and all of them take some
minutes. Without one it is about thirty hours of one core.

figures.py draws its map from that table."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from attention_lab.lessons.capstone import adapters as plugs
from attention_lab.lessons.capstone.five_tasks import SIDE, TASKS, UNASKED, WIDTH, Questions, TaskNet
from attention_lab.lessons.capstone.task_scores import SOLVED, test_questions, train_questions
from attention_lab.networks.cost import cost
from attention_lab.threads import one_thread
from autograder.lessons.course import lessons
from autograder.lessons.topics import topic
from solutions.shared.long_runs import Row, Table, read, write
from solutions.shared.side_by_side import Lane, Run, drive

HERE = Path(__file__).parent
ABOUT = f"""# 10_capstone: long runs

`python -m solutions.capstone.experiment` trains the page's network on all five tasks, with each module of the course (our references).
It trains for the page's steps (200 of 16 pictures, and 500 for the look-up) with a peak rate of 0.01.
It also trains for five times as many steps, with that rate, with half of it and with twice that rate.
The data are drawn once. The seed decides the first weights and the order of the pictures.

This was the plan before the runs. Seed 0 is the screening: every module, every task, five times the steps, three rates.
Seeds 1 to 5 are fresh, and the page quotes only their runs.
For each task it quotes the rate that was best in the screening, but where it says "no run", it means all three rates.
A run has solved its task if it answers at least {SOLVED:g} % of the questions correctly.

Each cell has eight numbers. Five are the right answers on 400 new pictures, in per cent, for what / where / look-up / far / local.
Chance level on these tasks is 50, 25, 33, 33 and 50.
Then come the trainable parameters of the whole network, and its multiply-adds and time for one picture of 24 x 24 pixels.
The time is that of a forward pass on one thread of the machine's CPU in microseconds, the shortest of fifty.

`the wrapper alone` is the BatchNorm and the shortcut that attention without a shortcut of its own gets, with nothing inside.
`three more 3x3 convs` has as many parameters as `SCConv`.
`CBAM, no maximum` has a channel gate that looks only at the mean, and `CBAM, channels alone` has no gate for positions.
`CoordAtt, DANet channel` has both modules, one after the other."""  # noqa: E501
BATCH, PEAK_RATE, LONGER = 16, 0.01, 5
TAKEN_APART = "CBAM, no maximum", "CBAM, channels alone"
TOGETHER = "CoordAtt, DANet channel"
ARMS = (*plugs.CONTROLS, *plugs.PLUGS, *TAKEN_APART, TOGETHER)
RATES = Fraction(1), Fraction(1, 2), Fraction(2)
FRESH = range(1, 6)
ROWS = [*((Row(arm, LONGER, rate), (0,)) for rate in RATES for arm in ARMS), *((Row(arm), FRESH) for arm in ARMS),
        *((Row(arm, LONGER, rate), FRESH) for rate in RATES for arm in ARMS)]


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


def makers() -> dict[str, plugs.Maker]:
    """Makes each arm's module. Raises RuntimeError if one of the references cannot be used."""
    found, missing = plugs.plugged(reference)
    if missing:
        raise RuntimeError(missing)
    found |= taken_apart()
    first, then = (found[name] for name in TOGETHER.split(", "))
    return found | {TOGETHER: lambda channels: nn.Sequential(first(channels), then(channels))}


def costs(make: plugs.Maker) -> str:
    """Parameters, multiply-adds and microseconds of the network with a module."""
    net, picture = TaskNet(make(WIDTH), 3).eval(), torch.zeros(1, 3, SIDE, SIDE)

    def seconds() -> float:
        start = time.process_time()
        net(picture)
        return time.process_time() - start

    counted = cost(net, picture, latency=False)
    with torch.no_grad(), one_thread():
        fastest = min(seconds() for _ in range(50))
    return f"{counted.parameters:.1f} / {counted.multiply_adds:.1f} / {1e6 * fastest:.1f}"


class Map:
    """The runs that are still to do, and the table of those that are done."""

    def __init__(self, file: Path, device: str) -> None:
        self.file, self.device, self.makers = file, device, makers()
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        self.table: Table = read(before) if before else {}
        self.made = before.rpartition("|\n")[2].strip()  # what stands below the table: where its runs were made
        self.costs = {arm: costs(make) for arm, make in self.makers.items()}
        self.scores: dict[tuple[Row, int], dict[str, float]] = {}

    def lanes(self, arm: str, task: str) -> list[Lane]:
        """One, and three for the look-up, whose runs are longer."""
        learned, new = (Questions(*(each.to(self.device) for each in found(task)))
                        for found in (train_questions, test_questions))

        def loss(net: nn.Module, which: Tensor) -> Tensor:
            return F.cross_entropy(net(learned.pictures[which]), learned.answers[which], ignore_index=UNASKED)

        def right(net: nn.Module, _: Tensor) -> Tensor:
            asked = new.answers != UNASKED
            return 100 * ((net(new.pictures).argmax(1) == new.answers) & asked).sum() / asked.sum()

        runs = self.runs(arm, task)
        return [Lane(partial(self.network, arm, task, 0), runs, loss, right,
                     LONGER * TASKS[task].pictures // BATCH, BATCH, self.device)
                for _ in range(3 if task == "look-up" else 1)]

    def network(self, arm: str, task: str, seed: int) -> TaskNet:
        torch.manual_seed(seed)
        return TaskNet(self.makers[arm](WIDTH), TASKS[task].classes)

    def runs(self, arm: str, task: str) -> Iterator[Run]:
        for row, seed in ((row, seed) for row, seeds in ROWS for seed in seeds):
            if row.arm == arm and seed not in self.table.get(row, {}):
                order = torch.Generator().manual_seed(seed)
                epochs = [torch.randperm(TASKS[task].pictures, generator=order) for _ in range(row.longer)]
                yield Run(self.network(arm, task, seed), torch.stack(epochs).view(-1, BATCH),
                          float(row.faster) * PEAK_RATE, 0, 1, partial(self.keep, row, seed, task))

    def keep(self, row: Row, seed: int, task: str, scores: list[float], _: nn.Module) -> None:
        found = self.scores.setdefault((row, seed), {})
        found[task] = scores[-1]
        if len(found) == len(TASKS):
            cells = " / ".join(f"{found[each]:.1f}" for each in TASKS)
            self.table.setdefault(row, {})[seed] = f"{cells} / {self.costs[row.arm]}"
            self.write()

    def write(self) -> None:
        where = torch.cuda.get_device_name() if self.device == "cuda" else "one thread of a CPU"
        here = f"torch {torch.__version__}, {where}."
        if here not in self.made:
            self.made = f"{self.made}\n\nLater runs: {here}" if self.made else here
        ordered = sorted(self.table, key=lambda row: (row.longer, row.faster, ARMS.index(row.arm)))
        table = {row: dict(sorted(self.table[row].items())) for row in ordered}
        self.file.write_text(f"{ABOUT}\n\n{write(table)}\n\n{self.made}\n", encoding="utf-8")


if __name__ == "__main__":
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else float("inf")
    torch.backends.cudnn.allow_tf32 = False  # the digits that a CPU has
    runs = Map(HERE / "experiment.md", "cuda" if torch.cuda.is_available() else "cpu")
    drive([lane for arm in ARMS for task in TASKS for lane in runs.lanes(arm, task)], time.monotonic() + 60 * minutes)
