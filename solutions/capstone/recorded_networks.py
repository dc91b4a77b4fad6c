"""Trains the networks beside which section 7 of the capstone shows the learner's own.

    python -m builder --measure 10_capstone --real

Trains what work/recorded_networks does not hold yet, and writes recorded_networks.json beside this file. All runs take
about twelve minutes of one core.

Every network has the same budget of parameters, steps and pictures. The seed decides the first weights and the pictures
of the training. The pictures of the test are the same for all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import torch

from attention_lab.lessons.capstone.digit_training import BUDGET, CLASSES, Run, learn, size, too_large
from attention_lab.lessons.capstone.whole_resnet import PLAIN, RECORDED, Baseline, Recorded
from attention_lab.notebook.machine import processor
from autograder.lessons.course import ROOT
from solutions.capstone.reference import AttentionResNet
from solutions.shared.real import makers

RUNS, FILE = ROOT / "work/recorded_networks", Path(__file__).with_name(RECORDED)
SEEDS, BLOCKS, WIDTHS = range(5), 1, (8, 16, 32)


class Arm(NamedTuple):
    """module: its name among the course's modules, or None."""

    module: str | None
    widths: tuple[int, ...] = WIDTHS


# Three networks with equal widths, without a module and with one, and two that spend nearly the whole budget.
ARMS = {PLAIN: Arm(None), f"{PLAIN}, wider": Arm(None, (10, 21, 42)), "SE": Arm("SE"),
        "SE, wider": Arm("SE", (10, 20, 41)), "CBAM": Arm("CBAM")}


def network(arm: Arm, seed: int) -> AttentionResNet:
    """Returns an untrained network of our reference."""
    torch.manual_seed(seed)
    return AttentionResNet(makers()[arm.module] if arm.module else None, arm.widths, BLOCKS, CLASSES)


def train(name: str, seed: int) -> None:
    """Trains a network for one run, which is kept in work/recorded_networks."""
    run = learn(network(ARMS[name], seed), seed)
    _file(name, seed).write_text(json.dumps(asdict(run)), encoding="utf-8")
    print(f"{name}, seed {seed}: {run.curve[-1]:.1f} %, {run.seconds:.0f} s", flush=True)


def write() -> None:
    """Writes recorded_networks.json from all runs. Raises ValueError for a network beyond the budget."""
    found = {}
    for name, arm in ARMS.items():
        runs = [Run(**json.loads(_file(name, seed).read_text(encoding="utf-8"))) for seed in SEEDS]
        counted = size(network(arm, 0))
        if problem := too_large(*counted):
            raise ValueError(f"{name}: {problem}")
        found[name] = Baseline(list(arm.widths), BLOCKS, *counted, [run.curve for run in runs],
                               [run.seconds for run in runs])
    steps = [round(BUDGET.steps * look / BUDGET.looks) for look in range(1, BUDGET.looks + 1)]
    content = Recorded(date.today().isoformat(), processor(), version("torch"), steps, BUDGET.tested, found)
    FILE.write_text(json.dumps(asdict(content), indent=1) + "\n", encoding="utf-8")


def _file(name: str, seed: int) -> Path:
    return RUNS / f"{name} {seed}.json"


def main(_: Sequence[str] = ()) -> None:
    """Trains and writes. It is called with the names of the lessons, as `solutions.shared.real` is."""
    RUNS.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS:  # seeds outside, so that all networks have as many runs if it is interrupted
        for name in ARMS:
            if not _file(name, seed).exists():
                train(name, seed)
    write()
