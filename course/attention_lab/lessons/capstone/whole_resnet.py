"""Trains a learner's own AttentionResNet on handwritten digits on photographs, and shows it beside recorded baselines.

    train_resnet(AttentionResNet, lambda channels: modules["SE"](channels), widths=(8, 16, 32))

One call is one run, of at most two minutes. The same call again is another run, with another seed. Finished runs are
kept in train_resnet.json beside the notebook. The baselines are in recorded_networks.json, which comes with the lesson.
The course's repository says how they were recorded (solutions/capstone/recorded_networks.py).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from html import escape
from pathlib import Path

import torch
from torch import nn

from ...checking.form.kinds import fits
from ...lesson_files import handed_out
from ...pictures.style import image
from ...short_errors import Unusable
from ...significance.welch import LEVEL, Difference, mean_interval, one_more, share_interval, together, welch
from ...storage import found, keep, put_beside
from .digit_training import BUDGET, CLASSES, Budget, Run, fingerprint, learn, new_pictures, size, too_large
from .html_table import html_table
from .pictures.trained_resnet import attention_maps, learning_curves, looked_at

RECORDED, FILE = "recorded_networks.json", "train_resnet.json"
PLAIN, YOURS = "no module", "your network"
FEWEST = 3  # runs whose spread gives an interval
Make = Callable[[int], nn.Module]


@dataclass
class KeptRun:
    """A finished run. network: the fingerprint of the network before it was trained."""

    network: str
    seed: int
    curve: list[float]
    seconds: float


@dataclass
class Baseline:
    """A recorded network. curves, seconds: of each run, in the order of the seeds."""

    widths: list[int]
    blocks: int
    parameters: int
    multiply_adds: int
    curves: list[list[float]]
    seconds: list[float]

    @property
    def scores(self) -> list[float]:
        return [curve[-1] for curve in self.curves]


@dataclass
class Recorded:
    """The content of recorded_networks.json. measured: the day on which it was measured. steps: the steps after which
    the networks were tested."""

    measured: str
    processor: str
    torch: str
    steps: list[int]
    tested: int
    baselines: dict[str, Baseline]

    def ahead(self) -> list[tuple[str, str, Difference]]:
        """Compares every baseline that has a module with every one that has none, all of them `together`."""
        pairs = [(first, second) for first in self.baselines if not first.startswith(PLAIN)
                 for second in self.baselines if second.startswith(PLAIN)]
        gaps = together([partial(welch, self.baselines[first].scores, self.baselines[second].scores)
                         for first, second in pairs])
        return [(*pair, gap) for pair, gap in zip(pairs, gaps, strict=True)]


@dataclass
class TrainedResNet:
    """What `train_resnet` returns, and a notebook shows.

    runs: all finished runs of this network, the newest one last.
    stopped: the run that was interrupted, or None.
    maps: the picture of what the attention looks at, as HTML; empty if there are no blocks with an `attention`.
    """

    parameters: int
    multiply_adds: int
    runs: list[Run]
    recorded: Recorded
    stopped: Run | None = None
    maps: str = field(default="", repr=False)
    note: str = ""

    @property
    def scores(self) -> list[float]:
        """The right answers at the end of each finished run, in per cent."""
        return [run.curve[-1] for run in self.runs]

    def means(self) -> dict[str, float]:
        """Returns the mean score of this network's runs, and that of each baseline's runs, in per cent.

        If no run of this network has finished, its score is the last one before the interruption, or NaN if there is
        none.
        """
        mine = self.scores or (self.stopped.curve[-1:] if self.stopped else [])
        return {YOURS: statistics.fmean(mine) if mine else math.nan,
                **{name: statistics.fmean(each.scores) for name, each in self.recorded.baselines.items()}}

    def gaps(self) -> dict[str, Difference]:
        """Returns how far this network is from each baseline, all of them `together`; empty without a run."""
        others = {name: each.scores for name, each in self.recorded.baselines.items()}
        if not self.runs:
            return {}
        gaps = together([partial(welch, self.scores, theirs) if len(self.scores) > 1
                         else partial(one_more, self.scores[0], theirs) for theirs in others.values()])
        return dict(zip(others, gaps, strict=True))

    def said(self) -> list[str]:
        """Returns sentences that say what the numbers show."""
        lines = [self._about_the_run()] if self.runs else []
        if self.stopped is not None:
            how = f" It was at {self.stopped.curve[-1]:.1f} %." if self.stopped.curve else ""
            lines.append(f"You stopped the last run, so it does not count.{how}")
        lines += [f"Your network is {_apart(gap)} '{name}', {_luck(gap)}." for name, gap in self.gaps().items()]
        return [*lines, *self._about_the_baselines(), *([self.note] if self.note else [])]

    def _about_the_run(self) -> str:
        of = f"mean of {len(self.runs)} runs" if len(self.runs) > 1 else "one run"
        interval = _interval(self.scores, self.recorded.tested)
        sure = f"95 % interval {interval}" if interval else f"too few for an interval, which needs {FEWEST}"
        return (f"Your network answers {statistics.fmean(self.scores):.1f} % of {self.recorded.tested:,} new pictures "
                f"right ({of}; {sure}).")

    def _about_the_baselines(self) -> list[str]:
        lines = []
        for plain in (name for name in self.recorded.baselines if name.startswith(PLAIN)):
            better = [first for first, second, gap in self.recorded.ahead()
                      if second == plain and gap.p < LEVEL and gap.gap > 0]
            who = f"Of the recorded networks, {_listed(better)}" if better else (
                "None of the recorded networks with a module is")
            lines.append(f"{who} ahead of '{plain}' by more than luck.")
        return lines

    def __repr__(self) -> str:
        return "\n".join(self.said())

    def _repr_html_(self) -> str:
        recorded, mine = self.recorded, [*self.runs, *([self.stopped] if self.stopped else [])]
        curves = {name: each.curves for name, each in recorded.baselines.items()}
        figure = learning_curves(recorded.steps, curves, [run.curve for run in mine], PLAIN)
        alt = "Right answers against steps of training. At the end: " + "; ".join(
            f"{name} {statistics.fmean(each.scores):.1f} %" for name, each in recorded.baselines.items())
        alt += f"; {YOURS} {statistics.fmean(self.scores):.1f} %." if self.runs else "."
        rows = [_row(YOURS, self.parameters, self.multiply_adds, self.scores, [run.seconds for run in self.runs],
                     recorded.tested)] if self.runs else []
        rows += [_row(f"{name} {tuple(each.widths)}", each.parameters, each.multiply_adds, each.scores, each.seconds,
                      recorded.tested) for name, each in recorded.baselines.items()]
        return "".join([
            image(figure, alt), html_table(HEAD, rows),
            f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in self.said())}</ul>", self.maps,
            f"<p><small>{escape(self._limits())}</small></p>"])

    def _limits(self) -> str:
        lines = []
        if len(self.runs) == 1:
            lines += ["The interval of a single run comes from the pictures alone.",
                      "A run with another seed may be further off.", "Run the cell again for another run."]
        if len(self.runs) == 2:
            lines.append(f"The spread of two runs says too little: an interval needs at least {FEWEST}.")
        lines += ["The intervals of several runs come from the spread of these runs (Student's t).",
                  "Welch's t-test, corrected for the number of comparisons, says whether a gap may be luck.",
                  "A single run is compared with the range in which one more run of the other network would lie.",
                  f"The recorded runs were made on {self.recorded.measured} (torch {self.recorded.torch}, "
                  f"{self.recorded.processor}).",
                  "There are only 13 writers and six photographs, and the test has four forms and two photographs.",
                  "So these numbers say little about other pictures."]
        return " ".join(lines)


HEAD = ("", "parameters", "multiply-adds", "seconds of one core", "right answers", "95 % interval", "runs")


def train_resnet(network: Callable[..., nn.Module], make_attention: Make | None, *, widths: Sequence[int] = (8, 16, 32),
                 blocks: int = 1, folder: Path | None = None, budget: Budget = BUDGET) -> TrainedResNet:
    """Trains one network for one run, and returns it beside the recorded baselines.

    network: the class of exercise 2, called as `network(make_attention, widths, blocks, num_classes)`. It maps pictures
        (B, 3, 20, 20) to scores (B, 11).
    make_attention: takes a number of channels and returns a module, or None for no module.
    widths: the channels of each stage.
    blocks: the blocks in each stage.
    folder: where the runs are kept; by default the current folder.

    You may interrupt the kernel at any time. The curve so far is shown then, and the run does not count.

    Raises Unusable, before any training, if the network exceeds the budget or returns another shape. Raises
    FileNotFoundError if the lesson has no recorded_networks.json.
    """
    folder = folder or Path.cwd()
    recorded = baselines(handed_out(RECORDED, folder))

    def fresh(seed: int) -> nn.Module:
        torch.manual_seed(seed)
        try:
            return network(make_attention, tuple(widths), blocks, CLASSES)
        except KeyError as missing:
            raise Unusable(f"There is no module {missing}. The list in section 3 says which modules are not solved "
                           "yet.") from None

    made = fresh(0)
    if (shape := _tried(made)) != (2, CLASSES):
        raise Unusable(f"For 2 pictures the network must return scores of shape (2, {CLASSES}), and it returned "
                       f"{shape}.")
    parameters, multiply_adds = size(made)
    if problem := too_large(parameters, multiply_adds, budget):
        raise Unusable(problem)
    key = fingerprint(made, budget)
    kept, note = _read(folder)
    runs = [Run(run.seed, run.curve, run.seconds) for run in kept if run.network == key]
    run = Run(len(runs))
    made, stopped = fresh(run.seed), False
    try:
        learn(made, run.seed, budget, run)
    except KeyboardInterrupt:
        stopped = True
    else:
        runs.append(run)
        kept.append(KeptRun(key, **asdict(run)))
        if why := keep(folder / FILE, [asdict(each) for each in kept]):
            note = f"The run could not be kept in {FILE}: {why}."
    return TrainedResNet(parameters, multiply_adds, runs, recorded, run if stopped else None, _maps(made), note)


def _tried(network: nn.Module) -> tuple[int, ...]:
    """Returns the shape of the scores for two pictures. If the network raises an error, a note with the sides of the
    maps is added to it."""
    try:
        with torch.no_grad():
            return tuple(network.eval()(new_pictures(2).pictures).shape)
    except Exception as error:  # a learner's code may raise anything
        error.add_note("The pictures have 20 x 20 pixels, so the stages have maps of 20 x 20, 10 x 10 and 5 x 5 "
                       "positions. Windows must fit into them.")
        raise


def baselines(path: Path) -> Recorded:
    """Returns the recorded baselines of a file.

    Raises FileNotFoundError if there is none, ValueError if it holds something else.
    """
    try:
        content = found(path)
        recorded = Recorded(**{**content, "baselines": {name: Baseline(**each)
                                                        for name, each in content["baselines"].items()}})
    except (TypeError, KeyError, AttributeError):
        recorded = None
    if recorded is None or not fits(recorded, Recorded):
        raise ValueError(f"{path.name} does not hold recorded networks: take it from the hand-out again")
    return recorded


def _read(folder: Path) -> tuple[list[KeptRun], str]:
    """Returns the finished runs that a folder holds, the newest one last, and a sentence if there was a file that could
    not be read."""
    try:
        runs = [KeptRun(**each) for each in found(folder / FILE)]
    except FileNotFoundError:
        return [], ""
    except (TypeError, ValueError):
        return [], put_beside(folder / FILE)
    if not all(fits(each, KeptRun) and each.curve for each in runs):
        return [], put_beside(folder / FILE)
    return runs, ""


def _maps(network: nn.Module) -> str:
    """Returns the picture of what the last attention of each stage looks at; empty if there is none to be found."""
    try:
        seen = looked_at(network, new_pictures(100))
    except AttributeError:  # exercise 2 may have been solved with other names
        return ""
    alt = "; ".join(f"a picture with the answer '{answer}', answered '{given}'" for answer, given in seen.answers)
    return (f"<p><b>What the attention looks at</b> on three pictures of the test. {escape(seen.said())}</p>"
            + image(attention_maps(seen), f"Three pictures and a map for each stage: {alt}."))


def _interval(scores: Sequence[float], tested: int) -> str:
    """Returns a 95 % interval in per cent: from the spread of several runs, or from the pictures of a single one. It is
    empty for two runs, whose spread says next to nothing.

    tested: the number of pictures on which each score was measured.
    """
    if 1 < len(scores) < FEWEST:
        return ""
    low, high = mean_interval(scores) if len(scores) > 1 else (
        100 * end for end in share_interval(scores[0] / 100, tested))
    return f"{max(low, 0):.1f} to {min(high, 100):.1f} %"


def _apart(gap: Difference) -> str:
    return f"{abs(gap.gap):.1f} points {'ahead of' if gap.gap >= 0 else 'behind'}"


def _luck(gap: Difference) -> str:
    return "more than luck explains" if gap.p < LEVEL else "which may be luck"


def _listed(names: Sequence[str]) -> str:
    *others, last = (f"'{name}'" for name in names)
    return f"{', '.join(others)} and {last} are" if others else f"{last} is"


def _row(name: str, parameters: int, multiply_adds: int, scores: Sequence[float], seconds: Sequence[float],
         tested: int) -> tuple[str, ...]:
    return (name, f"{parameters:,}", f"{multiply_adds:,}", f"{statistics.fmean(seconds):.0f}",
            f"{statistics.fmean(scores):.1f} %", _interval(scores, tested) or "–", str(len(scores)))
