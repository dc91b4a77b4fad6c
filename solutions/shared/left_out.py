"""Every module of the course on real pictures again, where each photograph and each form is left out in turn.

    python -m solutions.shared.left_out [MINUTES [ARM ...]]

It trains what left_out.jsonl lacks, of all arms or of those that you name, and then writes left_out.md.

The recorded runs of the lessons (real.py) all leave out the same two photographs and the same four forms. So they say
little about other photographs and other writers. Here each run is tested on one photograph and some forms that its
network has not learned from.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from attention_lab.networks.adapters import Maker, more_convolutions
from attention_lab.networks.welch import Difference
from attention_lab.networks.welch import together as compared
from attention_lab.tasks.data import PHOTOS
from attention_lab.tasks.digits_on_photos import FORMS, WIDE, Digits, Split, digit_pairs, framed_digits

from .clustered import clustered
from .digit_net import BATCH, STRIDE, TESTED, WIDTHS, DigitNet, PairNet
from .real import BLOCKS, CATNET, makers
from .side_by_side import Lane, Run, drive

FILE = Path(__file__).with_suffix(".jsonl")  # a line for each finished run
STEPS, LONGER, SEEDS, PEAK_RATE = 1000, 5, (0, 1, 2), 0.005
SETTINGS = (STEPS, PEAK_RATE), (LONGER * STEPS, PEAK_RATE), (LONGER * STEPS, PEAK_RATE / 2)
POINTS = 10  # of a learning curve
PHOTOGRAPHS = *PHOTOS["train"], *PHOTOS["test"]
FOLDS = (0, 1), (2, 3), (4, 5), (6, 7), (8, 9, 10), (11, 12, 13)  # forms that are left out together
DRAWN_AT_ONCE = 8192
LANES = 40  # beside each other on a GPU
DILATED = "dilated 3x3 conv"
THREE = "three more 3x3 convs"  # as many parameters as SCConv
ABOUT = """# Real pictures, each photograph left out in turn

`python -m solutions.shared.left_out` trains the networks of `digit_net.py` on the tasks of the lessons' recorded runs.
Each run leaves out one of the six photographs and one of six groups of forms, and is tested on those.
It has 1,000 steps of 64 new pictures, with Adam and one cycle of the learning rate up to 0.005.

**The plan** was written before the runs:

1. Every photograph is left out with every group of forms: 36 runs for each arm.
2. Five times the steps, at this rate and at half of it, with three seeds: 36 runs for each arm.
   In each six of them, each photograph and each group is left out once.
3. The same with the frame 48 to 64 pixels away, in pictures of 112 x 112 pixels, for SE and for three arms without
   attention: six runs, and 36 of five times the steps.

After step 1 we cut steps 2 and 3 down to the arms of which a page claims something, and their controls.

A run of 1,000 steps takes 20 to 60 seconds of one core.
With pairs of pictures, or if the frame is far away, it takes four to six minutes.
So step 1 is about twenty core hours, step 2 about eighty, and step 3 about thirty.
On a GPU, where all networks are trained side by side, the runs below took less than fifteen minutes (an H200, later an
H100).

**What has been done** is in this table.
Each cell has the mean of the right answers in per cent, for the photograph that was left out, and the number of runs.
Step 1 is complete, and so are the six short runs of step 3.
Of the long runs, those of *SCConv* and of *one more 3x3 conv* have been made, at both rates.
(A page speaks of this lead.)
After them we added *three more 3x3 convs*, which have as many parameters as *SCConv*, to step 1.
The others have not been made.
"""
GAPS = """**How far apart the arms are.**
For each split, we subtract the score of the second arm from that of the first one.
The gap is the mean of these differences, in points.
Runs that leave out the same photograph or the same forms are alike, so the intervals are clustered by both.
They are corrected for all comparisons of a task at the same steps and rate (Holm), and so is p.
An interval says what to expect of other photographs and other forms, if these six of each are like them.
It says nothing about other numbers of steps or other rates than its own.
"""


class Task(NamedTuple):
    """draw: takes a number, a seed, a split and a device. arms: their names. longer: the arms that are also trained
    for more steps: those of which a page claims something, and their controls. control: the arm with which the others
    are compared. also: other pairs of arms that are compared."""

    draw: Callable[..., Digits]
    network: type[DigitNet]
    arms: tuple[str, ...]
    longer: tuple[str, ...]
    control: str
    also: tuple[tuple[str, str], ...] = ()


class Trained(NamedTuple):
    """One run. The photograph and the forms of the fold are left out of its pictures, and it is tested on them."""

    task: str
    arm: str
    photograph: int
    fold: int
    seed: int
    steps: int
    rate: float

    @property
    def name(self) -> str:
        return " ".join(map(str, self))


def looking(channels: int, *, across: bool, masked: bool) -> nn.Module:
    """`CMAT` with all of its layers. across: whether a picture looks at the other one, instead of at itself.
    masked: whether what it gathers is kept only where its mask is."""
    class Partly(CATNET.CrossMaskedAttention):
        def forward(self, x: Tensor, y: Tensor, mask: Tensor | None = None) -> Tensor:
            return super().forward(x, y if across else x, mask if masked else None)

    made = CATNET.CMAT(channels, 2)
    made.cross_attention = Partly(channels, 2)
    return made


PAIR_MAKERS: dict[str, Maker] = {
    "own picture": partial(looking, across=False, masked=False),
    "own picture with mask": partial(looking, across=False, masked=True),
    "cross without mask": partial(looking, across=True, masked=False),
    "CMAT": partial(looking, across=True, masked=True),
}


ARMS: dict[str, Maker] = {**makers(), DILATED: partial(more_convolutions, dilation=2), **PAIR_MAKERS}
TASKS = {
    "paired": Task(digit_pairs, PairNet, tuple(PAIR_MAKERS), tuple(PAIR_MAKERS), "CMAT"),
    "framed": Task(framed_digits, DigitNet, ("nothing", "one more 3x3 conv", THREE, DILATED, "SE, no squeeze", *BLOCKS),
                   ("one more 3x3 conv", "SE", "ECA", "CBAM", "SCConv", "windows", "GRL", "DANet position"),
                   "one more 3x3 conv", (("SCConv", THREE),)),
    "frame far away": Task(partial(framed_digits, side=WIDE), DigitNet,
                           ("nothing", "one more 3x3 conv", DILATED, "SE"), (DILATED, "SE"), "SE"),
}


def splits(photograph: int, fold: int) -> tuple[Split, Split]:
    """What is learned from, and what is tested on: one photograph and one fold of forms, which the other side lacks."""
    forms = FOLDS[fold]
    return (Split(tuple(name for name in PHOTOGRAPHS if name != PHOTOGRAPHS[photograph]),
                  tuple(form for form in range(len(FORMS)) if form not in forms)),
            Split((PHOTOGRAPHS[photograph],), forms))


def plan(task: str, arm: str) -> list[Trained]:
    """The runs of an arm. The first six leave out each photograph once, and each group of forms once."""
    each = range(len(FOLDS))
    crossed = [Trained(task, arm, photograph, (photograph + shift) % len(FOLDS), 0, STEPS, PEAK_RATE)
               for shift in (each if task != "frame far away" else (0,)) for photograph in each]
    longer = [Trained(task, arm, both, both, seed, LONGER * STEPS, rate)
              for seed in SEEDS for rate in (PEAK_RATE, PEAK_RATE / 2) for both in each]
    return crossed + (longer if arm in TASKS[task].longer else [])


def network(task: str, arm: str, seed: int) -> DigitNet:
    """An untrained network with a module in both blocks."""
    torch.manual_seed(seed)
    return TASKS[task].network([ARMS[arm](width) for width in WIDTHS])


class Pictures:
    """All pictures of some runs of a task, drawn once: those to learn from, and for each split those to test on. They
    are kept in eight bits, as photographs are.
    """

    def __init__(self, task: str, runs: Sequence[Trained], device: str) -> None:
        draw = TASKS[task].draw
        used = sorted({(run.photograph, run.fold, run.steps) for run in runs})
        most = {run[:2]: STEPS if task == "frame far away" else run[2] for run in used}  # wide pictures need much room
        self.splits = {each: place for place, each in enumerate(most)}
        self.first, total = {}, 0
        for each, steps in most.items():
            self.first[each], total = total, total + BATCH * steps
        self.steps = most
        shape = draw(1, 0, "test").pictures.shape[1:]
        self.pictures = torch.empty(total, *shape, dtype=torch.uint8, device=device)
        self.labels, self.places = torch.empty(2, total, dtype=torch.long, device=device)
        self.tests = torch.empty(len(most), TESTED, *shape, dtype=torch.uint8, device=device)
        self.asked = torch.empty(2, len(most), TESTED, dtype=torch.long, device=device)
        for each, steps in most.items():
            learned, tested = splits(*each)
            for begin in range(0, BATCH * steps, DRAWN_AT_ONCE):
                many = min(DRAWN_AT_ONCE, BATCH * steps - begin)
                here = slice(self.first[each] + begin, self.first[each] + begin + many)
                seed = begin + 1_000_000_000 * (len(FOLDS) * each[0] + each[1])
                drawn = draw(many, seed, learned, device=device)
                self.pictures[here], self.labels[here] = _packed(drawn.pictures), drawn.labels
                self.places[here] = _place(drawn)
            drawn = draw(TESTED, 999, tested, device=device)
            self.tests[self.splits[each]] = _packed(drawn.pictures)
            self.asked[:, self.splits[each]] = torch.stack([drawn.labels, _place(drawn)])

    def loss(self, net: nn.Module, which: Tensor) -> Tensor:
        return F.cross_entropy(_at(net(_unpacked(self.pictures[which])), self.places[which]), self.labels[which])

    def right(self, net: nn.Module, tested: Tensor) -> Tensor:
        """Right answers on the test pictures of a split, in per cent."""
        pictures = self.tests.index_select(0, tested)[0]
        labels, places = self.asked.index_select(1, tested)[:, 0]
        parts = [_at(net(_unpacked(some)), place).argmax(1) == label for some, label, place in zip(
            *(each.split(TESTED // 4) for each in (pictures, labels, places)))]
        return 100 * torch.cat(parts).float().mean()

    def batches(self, run: Trained) -> Tensor:
        """New pictures at each step, as long as there are any."""
        each = run.photograph, run.fold
        steps = torch.arange(run.steps) % self.steps[each]
        return self.first[each] + (steps * BATCH)[:, None] + torch.arange(BATCH)


def _packed(pictures: Tensor) -> Tensor:
    return ((pictures + 1) * 127.5).round().byte()


def _unpacked(pictures: Tensor) -> Tensor:
    return pictures.float() / 127.5 - 1


def _place(drawn: Digits) -> Tensor:
    """The number of the position of the last map that is at the digit's centre."""
    rows, columns = (drawn.centres / STRIDE).round().long().unbind(1)
    return rows * (drawn.pictures.shape[-1] // STRIDE) + columns


def _at(scores: Tensor, places: Tensor) -> Tensor:
    """The scores (n, 11) at one place (n,) of each map (n, 11, H, W)."""
    return scores.flatten(2).gather(2, places[:, None, None].expand(-1, scores.shape[1], 1))[..., 0]


class Store:
    """The finished runs, with their learning curves."""

    def __init__(self) -> None:
        lines = FILE.read_text(encoding="utf-8").splitlines() if FILE.exists() else []
        self.curves = {Trained(*run): curve for run, curve in map(json.loads, lines)}

    def keep(self, run: Trained, curve: list[float], _: nn.Module) -> None:
        self.curves[run] = [round(score, 2) for score in curve]
        with FILE.open("a", encoding="utf-8") as file:
            file.write(json.dumps([run, self.curves[run]]) + "\n")


def train(store: Store, device: str, until: float, arms: Sequence[str] = ()) -> None:
    """Trains what is still missing of these arms (of all, if none is named), the shorter runs of all tasks first: on a
    GPU those of a task and a seed side by side, otherwise split by split. until: as in drive."""
    def beside(run: Trained) -> tuple[int | str, ...]:
        return (run.steps, run.seed, list(TASKS).index(run.task),
                *(() if device == "cuda" else (run.photograph, run.fold)))

    wanted = [run for task in TASKS for arm in TASKS[task].arms if not arms or arm in arms
              for run in plan(task, arm) if run not in store.curves]
    for group in sorted(set(map(beside, wanted))):
        if time.monotonic() < until:
            runs = [run for run in wanted if beside(run) == group]
            together(runs[0].task, runs, store, device, until)


def together(task: str, wanted: Sequence[Trained], store: Store, device: str, until: float) -> None:
    """Trains some runs of a task."""
    pictures = Pictures(task, wanted, device)

    def runs(arm: str) -> Iterator[Run]:
        for run in wanted:
            if run.arm == arm:
                seed = 100 * run.seed + len(FOLDS) * run.photograph + run.fold
                yield Run(network(task, arm, seed), pictures.batches(run), run.rate,
                          pictures.splits[run.photograph, run.fold], POINTS, partial(store.keep, run))

    queues = {run.arm: runs(run.arm) for run in wanted}
    longest = max(run.steps for run in wanted)
    lanes = min(LANES // len(queues), len(wanted) // len(queues)) if device == "cuda" else 1
    drive([Lane(partial(network, task, arm, 0), queue, pictures.loss, pictures.right, longest, BATCH, device)
           for _ in range(max(1, lanes)) for arm, queue in queues.items()], until)
    if device == "cuda":
        torch.cuda.empty_cache()  # the next recordings have memory of their own


def table(store: Store) -> str:
    """Right answers by arm and by the photograph that was left out, with the number of runs."""
    lines = [["task", "arm", "steps", "rate", *PHOTOGRAPHS], ["---"] * (4 + len(PHOTOGRAPHS))]
    for task in TASKS:
        for arm in TASKS[task].arms:
            for steps, rate in SETTINGS:
                last = [[curve[-1] for run, curve in store.curves.items()
                         if run[:3] == (task, arm, photograph) and (run.steps, run.rate) == (steps, rate)]
                        for photograph in range(len(PHOTOGRAPHS))]
                if any(last):
                    cells = (f"{statistics.fmean(each):.1f} ({len(each)})" if each else "" for each in last)
                    lines.append([task, arm, f"{steps:,}", str(rate), *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def ends(store: Store, task: str, arm: str, steps: int = STEPS,
         rate: float = PEAK_RATE) -> dict[tuple[int, int], float]:
    """The scores after these steps, by the photograph and the forms that were left out: the mean of all seeds."""
    found: dict[tuple[int, int], list[float]] = {}
    for run, curve in store.curves.items():
        if (run.task, run.arm, run.steps, run.rate) == (task, arm, steps, rate):
            found.setdefault((run.photograph, run.fold), []).append(curve[-1])
    return {split: statistics.fmean(scores) for split, scores in found.items()}


def gaps(store: Store, task: str, steps: int = STEPS, rate: float = PEAK_RATE) -> dict[str, Difference]:
    """How far arms of a task are apart, named "arm - other arm", all comparisons together."""
    control = TASKS[task].control
    pairs = *((arm, control) for arm in TASKS[task].arms if arm != control), *TASKS[task].also
    tests = {}
    for arm, other in pairs:
        scores, others = (ends(store, task, each, steps, rate) for each in (arm, other))
        if scores and scores.keys() == others.keys():
            tests[f"{arm} - {other}"] = clustered({split: scores[split] - others[split] for split in others})
    return dict(zip(tests, compared(list(tests.values())), strict=True))


def table_of_gaps(store: Store) -> str:
    """The arms of each task beside one another."""
    lines = [["task", "arms", "steps", "rate", "splits", "gap", "95 % interval", "p"], ["---"] * 8]
    for task in TASKS:
        for steps, rate in SETTINGS:
            for arms, found in gaps(store, task, steps, rate).items():
                splits_of = len(ends(store, task, arms.split(" - ")[0], steps, rate))
                lines.append([task, arms, f"{steps:,}", str(rate), str(splits_of), f"{found.gap:+.1f}",
                              "{:+.1f} to {:+.1f}".format(*found.interval), f"{found.p:.2g}"])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(minutes: float, *arms: str) -> None:
    torch.backends.cudnn.allow_tf32 = False  # the digits that a CPU has
    torch.set_num_threads(1)
    store = Store()
    train(store, "cuda" if torch.cuda.is_available() else "cpu", time.monotonic() + 60 * minutes, arms)
    FILE.with_suffix(".md").write_text(f"{ABOUT}\n{table(store)}\n\n{GAPS}\n{table_of_gaps(store)}\n",
                                           encoding="utf-8")


if __name__ == "__main__":
    minutes, *named = sys.argv[1:] or ["inf"]
    main(float(minutes), *named)
