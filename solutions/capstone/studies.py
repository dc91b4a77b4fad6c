"""Asks the six questions of the capstone's section 8 as a learner can ask them, with `study` and with modules from the
solved notebooks.

    python -m solutions.capstone.studies [NAME ...]      without a name: all of them
    python -m solutions.capstone.studies --example       the finished report beside the notebook, made again

Trains what work/studies does not hold yet (about half an hour of one core for all), and prints each verdict.
studies.json beside this file gets the scores, which the page quotes. The finished report, example_study.html, is made
by the code that stands on it (a minute and a half of one core).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from html import unescape
from typing import Any, NamedTuple

import torch
from IPython.core.interactiveshell import InteractiveShell
from torch import Tensor, nn

from attention_lab.lessons.capstone.adapters import Beside, OnTokens, Projected
from attention_lab.lessons.capstone.own_modules import mine
from attention_lab.lessons.capstone.own_study import study
from attention_lab.lessons.capstone.places import PlacedAttention
from autograder.lessons.course import NOTEBOOKS, ROOT

RUNS, FILE = ROOT / "work/studies", ROOT / "solutions/capstone/studies.json"
EXAMPLE = FILE.with_name("example_study.html")
Make = Callable[[int], nn.Module]


class Question(NamedTuple):
    """One call of `study`. ahead: pairs of arms. The last arm is the control. epochs: 5 for five times the steps.
    seeds: how many."""

    task: str
    hypothesis: str
    refuted_if: str
    arms: dict[str, Make]
    ahead: list[tuple[str, str]]
    epochs: int = 1
    seeds: int = 5


class PooledGate(nn.Module):
    """A gate for channels, made from the mean and the maximum over the picture, or from one of them.

    norm: bring what was pooled to one scale, with a BatchNorm.
    """

    def __init__(self, channels: int, mean: bool = True, maximum: bool = True, norm: bool = False) -> None:
        super().__init__()
        self.mean, self.maximum = mean, maximum
        pooled = channels * (mean + maximum)
        self.norm = nn.BatchNorm1d(pooled) if norm else nn.Identity()
        self.mix = nn.Linear(pooled, channels)

    def forward(self, x: Tensor) -> Tensor:
        pooled = [x.mean(dim=(2, 3))] * self.mean + [x.amax(dim=(2, 3))] * self.maximum
        return x * self.mix(self.norm(torch.cat(pooled, dim=1))).sigmoid()[:, :, None, None]


def slots(number: int) -> Make:
    return lambda c: mine("07a_external", "ExternalAttentionBlock")(c, number)


def hidden(number: int) -> Make:
    return lambda c: mine("01_se", "SEBlock")(c, c // number)


def windows(side: int) -> Make:
    return lambda c: Beside(c, OnTokens(Projected(c, mine("08b_cosine", "WindowAttention")(2, (side, side))),
                                        lambda module, tokens, size: module(tokens, size)))


def neighbours(kernel: int) -> Make:
    return lambda c: mine("02_eca", "ECABlock")(c, kernel)


def one_neighbour(sign: int) -> Make:
    """A kernel of 1, whose only number starts at its usual size and with this sign."""

    def make(channels: int) -> nn.Module:
        block = neighbours(1)(channels)
        with torch.no_grad():
            block.conv.weight.abs_().mul_(sign)
        return block

    return make


def unscaled(channels: int) -> nn.Module:
    made = PlacedAttention(channels, places=False)
    made.scale = 1.0
    return made


def nothing(channels: int) -> nn.Module:
    return nn.Identity()


QUESTIONS = {
    "maximum": Question(
        "look-up", "A channel gate needs the maximum for the look-up, because a mean washes out a single pair.",
        "A gate made from the mean does as well.",
        {"mean and maximum": PooledGate, "maximum": lambda c: PooledGate(c, mean=False),
         "mean with BatchNorm": lambda c: PooledGate(c, maximum=False, norm=True),
         "mean": lambda c: PooledGate(c, maximum=False)},
        [("maximum", "mean"), ("mean and maximum", "mean")]),
    "slots": Question(
        "look-up", "External attention needs more than two slots for the look-up.", "Two slots do as well as 64.",
        {"64 slots": slots(64), "8 slots": slots(8), "2 slots": slots(2)}, [("64 slots", "2 slots")]),
    "hidden": Question(
        "what", "SE needs more than one hidden number for \"what\".", "One hidden number does as well as eight.",
        {"eight numbers": hidden(8), "one number": hidden(1), "nothing": nothing}, [("eight numbers", "one number")]),
    "windows": Question(
        "far", "A window must be wider than 2 x 2 positions for \"far\".", "Windows of 2 x 2 do as well.",
        {"6 x 6": windows(6), "4 x 4": windows(4), "2 x 2": windows(2)}, [("4 x 4", "2 x 2"), ("6 x 6", "2 x 2")]),
    "scale": Question(
        "look-up", "Attention needs its scale for the look-up.", "Without its scale it does as well.",
        {"with scale": lambda c: PlacedAttention(c, places=False), "without scale": unscaled},
        [("with scale", "without scale")], seeds=15),
    "neighbours": Question(
        "what", "ECA's neighbours help at \"what\".", "A kernel of size 1 does as well as a kernel of size 3.",
        {"kernel 3": neighbours(3), "kernel 1": neighbours(1), "nothing": nothing}, [("kernel 3", "kernel 1")]),
}
# What the last question led to.
FOLLOW_UP = {
    "signs": Question(
        "what", "A kernel of size 1 learns as soon as a kernel of size 3 if its number starts below 0.",
        "It learns no sooner than one that starts above 0.",
        {"kernel 3": neighbours(3), "kernel 1, starts below 0": one_neighbour(-1),
         "kernel 1, starts above 0": one_neighbour(1)},
        [("kernel 1, starts below 0", "kernel 1, starts above 0"), ("kernel 3", "kernel 1, starts below 0")],
        seeds=10)}
# A question asked once more with five times the steps. The page tells both answers under one number.
LONGER = {f"{name}_longer": (QUESTIONS | FOLLOW_UP)[name]._replace(epochs=5)
          for name in ("neighbours", "signs", "maximum", "scale")}
ALL = QUESTIONS | FOLLOW_UP | LONGER


def ask(name: str) -> dict[str, Any]:
    """Runs a study, and returns its verdict and scores."""
    question = ALL[name]
    *_, control = question.arms
    done = study(name, task=question.task, hypothesis=question.hypothesis, refuted_if=question.refuted_if,
                 arms=question.arms, ahead=question.ahead, controls=[control], epochs=question.epochs,
                 seeds=question.seeds, folder=RUNS)
    print(f"{name}: {done}\n{done.results}\n", flush=True)
    return {"measured": date.today().isoformat(), "torch": torch.__version__, "verdict": done.judged.verdict,
            "scores": {arm: [round(score, 2) for score in done.results.scores(arm)] for arm in question.arms}}


def code_of(report: str) -> str:
    """Returns the code that stands on a study's page."""
    return unescape(report.partition("<h2>The code</h2><pre tabindex=\"0\">")[2].partition("</pre>")[0])


def make_example() -> None:
    """Runs the code of the finished report in two cells, as a learner would, and replaces the report."""
    os.chdir(RUNS)
    arms, call, rest = code_of(EXAMPLE.read_text(encoding="utf-8")).partition("study(\"")
    shell = InteractiveShell.instance()
    for cell in (arms, call + rest):
        shell.run_cell(cell, store_history=True).raise_error()
    name = rest.partition('"')[0]
    EXAMPLE.write_text((RUNS / f"study_{name}.html").read_text(encoding="utf-8"), encoding="utf-8")


def main(chosen: Sequence[str]) -> None:
    RUNS.mkdir(parents=True, exist_ok=True)
    if chosen == ["--example"]:
        make_example()
        return
    os.chdir(NOTEBOOKS / "10_capstone")  # `mine` looks for the other lessons beside the current folder
    kept = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    for name in chosen or ALL:
        kept[name] = ask(name)
        FILE.write_text(json.dumps({name: kept[name] for name in ALL if name in kept}, indent=1) + "\n",
                        encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
