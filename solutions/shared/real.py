"""Every module of the course on real pictures: a handwritten digit on a photograph, and a colour that says whether
to read it.

    python -m solutions.shared.real [LESSON ...]      without a lesson: all of them

Trains what work/real does not hold yet, and writes real.md (table and log) and real.json (what `real_run` draws) into
each lesson's folder. All runs together take about an hour of one core, so no test repeats them.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from attention_lab.lessons.capstone import my_net
from attention_lab.lessons.capstone.adapters import CONTROLS, Maker
from attention_lab.tasks.digits_on_photos import digit_pairs, framed_digits
from autograder.lessons.course import ROOT, lessons
from autograder.lessons.topics import topic

from .digit_net import BATCH, TESTED, WIDTHS, DigitNet, Draw, PairNet, learn, right_on_test

RUNS = ROOT / "work/real"
# 05c came later: its module is in the capstone's map, and has no run here.
BLOCKS = {name: plug for name, plug in my_net.BLOCKS.items() if plug.lesson != "05c_vit"}
STEPS, LONGER, SEEDS, PEAK_RATE = 1000, 5, (0, 1, 2), 0.005
POINTS = 10  # of a learning curve
CONTROLS_OF = {"01_se": ("nothing", "one more 3x3 conv", "SE, no squeeze"), "05b_memory": ("nothing", "DANet position"),
               "e3_catnet": ("own picture",)}


class Task(NamedTuple):
    """said: the description of the task."""

    draw: Draw
    network: type[DigitNet]
    said: str


FRAMED = Task(framed_digits, DigitNet,
              "A picture holds a piece of a photograph, a handwritten digit and a coloured frame. Read the digit if it "
              "has the frame's colour, and otherwise say \"not it\". The network gives an answer at every position, "
              "and the one at the digit's centre counts. From there, the network cannot see the frame without a "
              "module.")
PAIRED = Task(digit_pairs, PairNet,
              "There are two pieces of photographs, each with a handwritten digit. Read the query's digit if it has "
              "the colour of the support's digit, and otherwise say \"not it\". The mask of the support says where its "
              "digit is.")
ABOUT = """# {lesson}: real pictures

`real.py` of the course's repository trains a small network (`digit_net.py` beside it) on pictures of `attention_lab/tasks/digits_on_photos.py`.
This is what the network sees, and what it has to do:
{said}
The test pictures are made from other photographs, and from digits that were written on other forms.
Each network is trained for {steps} steps of {batch} new pictures, with Adam and a one-cycle learning-rate schedule, whose peak is {rate}.
The table has the share of right answers on {tested} test pictures, in per cent.

"""  # noqa: E501


CATNET = topic("catnet").reference


def looking_at_itself(channels: int) -> nn.Module:
    """`CMAT` with all of its layers, in which each picture looks at itself instead of the other one, without a mask."""
    class Own(CATNET.CrossMaskedAttention):
        def forward(self, x: Tensor, y: Tensor, mask: Tensor | None = None) -> Tensor:
            return super().forward(x, x)

    made = CATNET.CMAT(channels, 2)
    made.cross_attention = Own(channels, 2)
    return made


PAIR_MAKERS: dict[str, Maker] = {"own picture": looking_at_itself, "CMAT": lambda channels: CATNET.CMAT(channels, 2)}


def makers() -> dict[str, Maker]:
    """Every module of the course, as our reference has it, and the controls."""
    topics = {each.name: each.topic for each in lessons()}

    def maker(name: str) -> Maker:
        plug = BLOCKS[name]
        made = getattr(topic(topics[plug.lesson]).reference, plug.exercise)
        return lambda channels: plug.make(made, channels)

    return {**CONTROLS, **{name: maker(name) for name in BLOCKS}, **PAIR_MAKERS}


def task(name: str) -> Task:
    """What an arm is trained on."""
    return PAIRED if name in PAIR_MAKERS else FRAMED


def taught() -> list[str]:
    """The lessons with a recorded run."""
    return list(dict.fromkeys([*(plug.lesson for plug in BLOCKS.values()), "e3_catnet"]))


def arms(lesson: str) -> tuple[list[str], list[str]]:
    """A lesson's controls, and its modules."""
    controls = CONTROLS_OF.get(lesson, ("nothing", "one more 3x3 conv"))
    return list(controls), [name for name, plug in BLOCKS.items() if plug.lesson == lesson] or ["CMAT"]


def network(name: str, seed: int) -> DigitNet:
    """An untrained network with a module in both blocks."""
    torch.manual_seed(seed)
    make = makers()[name]
    return task(name).network([make(width) for width in WIDTHS])


def train(name: str, seed: int, steps: int) -> None:
    """Train one network. Save its learning curve [[step, right answers in per cent]], its parameters and its CPU
    seconds."""
    made, draw, curve = network(name, seed), task(name).draw, []

    def look(step: int) -> None:
        if step % (steps // POINTS) == 0:
            curve.append((step, round(right_on_test(made, draw), 2)))

    began = time.process_time()
    learn(made, draw, steps, PEAK_RATE, seed, look)
    seconds = round(time.process_time() - began, 1)
    _file(name, seed, steps).write_text(json.dumps(
        {"curve": curve, "parameters": sum(p.numel() for p in made.parameters()), "seconds": seconds}))
    print(name, f"seed {seed}", f"{steps} steps", f"{curve[-1][1]} %", f"{seconds} s", flush=True)


def write(lesson: str) -> None:
    """real.json and real.md of a lesson, from its runs."""
    controls, modules = arms(lesson)
    runs = {name: [json.loads(_file(name, seed, STEPS).read_text()) for seed in SEEDS]
            for name in (*controls, *modules)}
    longer = {name: json.loads(_file(name, 0, LONGER * STEPS).read_text())["curve"][-1][1]
              for name in runs if _file(name, 0, LONGER * STEPS).exists()}
    asked = task(controls[0])
    folder = topic({each.name: each.topic for each in lessons()}[lesson]).folder
    content = {
        "said": asked.said, "steps": [step for step, _ in runs[controls[0]][0]["curve"]],
        "longer": LONGER * STEPS,
        "controls": controls, "modules": modules,
        "arms": {name: {"curves": [[right for _, right in run["curve"]] for run in each],
                        "parameters": each[0]["parameters"],
                        "seconds": [run["seconds"] for run in each], "longer": longer.get(name)}
                        for name, each in runs.items()},
    }
    (folder / "real.json").write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
    (folder / "real.md").write_text(_table(lesson, content), encoding="utf-8")


def _table(lesson: str, content: dict[str, Any]) -> str:
    head = ["arm", "parameters", *(f"seed {seed}" for seed in SEEDS), "mean", f"seed 0, {content['longer']:,} steps",
            "CPU seconds"]
    lines = [head, ["---"] * len(head)]
    for name, arm in content["arms"].items():
        ends = [curve[-1] for curve in arm["curves"]]
        lines.append([name, f"{arm['parameters']:,}", *(f"{end:.1f}" for end in ends), f"{statistics.fmean(ends):.1f}",
                      f"{arm['longer']:.1f}" if arm["longer"] else "",
                      " / ".join(f"{each:.0f}" for each in arm["seconds"])])
    log = [f"{name}, seed {seed}: " + " ".join(f"{right:.1f}" for right in curve)
           for name, arm in content["arms"].items() for seed, curve in zip(SEEDS, arm["curves"])]
    steps = ", ".join(map(str, content["steps"]))
    said = content["said"].replace(". ", ".\n")
    return (ABOUT.format(lesson=lesson, said=said, steps=f"{STEPS:,}", batch=BATCH, rate=PEAK_RATE,
                         tested=f"{TESTED:,}")
            + "\n".join(f"| {' | '.join(line)} |" for line in lines)
            + f"\n\nThe share of right answers after {steps} steps:\n\n" + "\n".join(f"- {line}" for line in log)
            + f"\n\ntorch {torch.__version__}, one thread.\n")


def _file(name: str, seed: int, steps: int) -> Path:
    return RUNS / f"{name} {seed} {steps}.json"


def main(chosen: Sequence[str]) -> None:
    torch.set_num_threads(1)
    RUNS.mkdir(parents=True, exist_ok=True)
    wanted = [lesson for lesson in taught() if lesson in chosen or not chosen]
    for seed, steps in [*((seed, STEPS) for seed in SEEDS), (SEEDS[0], LONGER * STEPS)]:
        for name in dict.fromkeys(name for lesson in wanted for group in arms(lesson) for name in group):
            if not _file(name, seed, steps).exists():
                train(name, seed, steps)
    for lesson in wanted:
        write(lesson)


if __name__ == "__main__":
    main(sys.argv[1:])
