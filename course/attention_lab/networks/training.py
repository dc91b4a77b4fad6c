"""Trains small networks and compares them fairly: the same data, budget and seeds for every arm of an experiment.

An *arm* is one variant that is compared (plain, with the module, a control). `train` is one training run;
`compare_arms` runs every arm with several seeds, because one seed can be luck.
"""

from __future__ import annotations

import html
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ..short_errors import OneLine
from ..threads import one_thread


def train(
    model: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    *,
    loss: Callable[[Any, Tensor], Tensor],
    epochs: int,
    batch_size: int,
    peak_rate: float,
    seed: int,
) -> nn.Module:
    """Trains `model` in place with Adam and a one-cycle learning rate, and returns it in eval mode.

    inputs: (n, ...), on the device of the model.
    targets: (n, ...), on the same device.
    loss: takes the model's output and the targets of a batch, and returns a scalar tensor.
    epochs: how many times training goes through all inputs.
    batch_size: the largest number of inputs in a batch. An epoch is cut into batches that are as equal as possible,
        because BatchNorm after global pooling cannot train on a last batch of one image.
    peak_rate: the largest learning rate of the cycle.
    seed: decides the order of the images and any dropout. The same model, data and seed give the same result on the
        same machine. The random numbers drawn after `train` do not depend on it.

    On the CPU, one thread computes. For small networks that is as fast, and the result does not depend on what else
    runs.

    Raises ValueError for different numbers of inputs and targets, for impossible numbers, or for a model without
    trainable parameters. Raises FloatingPointError when the loss is no longer finite.
    """
    _check_training(model, inputs, targets, epochs, batch_size, peak_rate)
    steps = math.ceil(len(inputs) / batch_size)
    order = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(p for p in model.parameters() if p.requires_grad)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak_rate, total_steps=epochs * steps)
    plan = f"{type(model).__name__}: {_count(epochs, 'epoch')}"
    model.train()
    try:
        with reproducible(seed), ProgressBar(epochs * steps, plan) as bar:
            for epoch in range(epochs):
                images = torch.randperm(len(inputs), generator=order).to(inputs.device)
                for step, batch in enumerate(images.tensor_split(steps)):
                    value = loss(model(inputs[batch]), targets[batch])
                    optimizer.zero_grad()
                    value.backward()
                    optimizer.step()
                    schedule.step()
                    bar.move(epoch * steps + step + 1)
                if not value.isfinite():
                    raise FloatingPointError(
                        f"the loss of {type(model).__name__} is {value.item()} after epoch {epoch + 1} of {epochs}"
                        f" (peak_rate {peak_rate}, seed {seed})"
                    )
    finally:
        model.eval()
    return model


def compare_arms(
    arms: Iterable[str], seeds: Iterable[int], run: Callable[[str, int], float | Mapping[str, float]],
    after_each: Callable[[Results], None] | None = None,
) -> Results:
    """Calls run(arm, seed) for every arm with every seed, under one progress bar, and returns the results.

    arms: names; the keys of a dict will do.
    seeds: different integers.
    run: returns a score, or several by name, {"on papers": 20.8, "on photos": 14.5}; the first one is the main score.
    after_each: is called after each run with the results so far, such as to draw them.

    Before each run, torch's global random numbers are seeded with `seed`. So networks made in `run` start from the same
    numbers, whatever ran before them. One CPU thread computes, as in `train`.

    You may interrupt the kernel when you have seen enough: the finished runs are returned. Any other error of a run is
    raised, with a note that names the arm and the seed.
    """
    arms, seeds = tuple(arms), tuple(seeds)
    for name, values in (("arms", arms), ("seeds", seeds)):
        if not values or len(set(values)) < len(values):
            raise ValueError(f"{name} must hold at least one value, and none twice: got {list(values)}")
    runs: dict[tuple[str, int], dict[str, float]] = {}
    planned = len(arms) * len(seeds)
    plan = f"{_count(len(arms), 'arm')} x {_count(len(seeds), 'seed')} = {_count(planned, 'run')}"
    with ProgressBar(planned, plan) as bar:
        try:
            # Seeds outside, arms inside: if it is interrupted, all arms have run with (nearly) the same seeds.
            for seed, arm in ((seed, arm) for seed in seeds for arm in arms):
                bar.move(len(runs), f"{arm}, seed {seed}")
                with reproducible(seed):
                    runs[arm, seed] = _scores(run(arm, seed), arm, seed)
                if after_each:
                    after_each(Results(arms, seeds, dict(runs)))
        except KeyboardInterrupt:
            bar.line = f"Interrupted: {len(runs)} of {_count(planned, 'run')} finished."
        except Exception as error:
            error.add_note(f"This happened in the run of arm {arm!r} with seed {seed}.")
            raise
    return Results(arms, seeds, runs)


class NotTrained(OneLine, LookupError):
    """A network is asked for that the experiment has not trained."""


class Trained(dict[tuple[str, int], nn.Module]):
    """The networks that an experiment has trained: `trained[arm, seed] = model`.

    Raises NotTrained for a network that is not there, as when an exercise is not solved yet or training was
    interrupted.
    """

    def __missing__(self, key: tuple[str, int]) -> nn.Module:
        arm, seed = key
        raise NotTrained(f"no network {arm!r} was trained with seed {seed}: run the experiment's cells above first")


@dataclass(frozen=True, repr=False)
class Results:
    """The scores of an experiment.

    arms: the names of the arms.
    seeds: the seeds of the runs.
    runs: the finished runs, {(arm, seed): {measure: score}}.

    Methods take the name of an arm, and of a measure when a run has several (default: the first). A number that cannot
    be computed yet, such as the mean of no run or the spread of one, is nan.
    """

    arms: tuple[str, ...]
    seeds: tuple[int, ...]
    runs: Mapping[tuple[str, int], Mapping[str, float]]

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures, in the order in which the runs returned them."""
        return tuple(dict.fromkeys(measure for scores in self.runs.values() for measure in scores))

    def scores(self, arm: str, measure: str | None = None) -> list[float]:
        """Returns the scores of an arm, one for each finished run, in the order of the seeds. Raises KeyError for an
        unknown arm or measure."""
        if arm not in self.arms:
            raise KeyError(f"no arm is called {arm!r}: there are {', '.join(self.arms)}")
        if measure is not None and measure not in self.measures:
            raise KeyError(f"nothing was measured as {measure!r}: there are {', '.join(self.measures)}")
        measure = measure or next(iter(self.measures), "")
        runs = (self.runs.get((arm, seed), {}) for seed in self.seeds)
        return [scores[measure] for scores in runs if measure in scores]

    def mean(self, arm: str, measure: str | None = None) -> float:
        scores = self.scores(arm, measure)
        return statistics.fmean(scores) if scores else math.nan

    def std(self, arm: str, measure: str | None = None) -> float:
        """Returns the standard deviation over the seeds (divisor n - 1): how much one run differs from another."""
        scores = self.scores(arm, measure)
        return statistics.stdev(scores) if len(scores) > 1 else math.nan

    def standard_error(self, arm: str, measure: str | None = None) -> float:
        """Returns std / sqrt(n): how far the mean over these seeds may be from the mean over many."""
        scores = self.scores(arm, measure)
        return self.std(arm, measure) / math.sqrt(len(scores)) if scores else math.nan

    def _table(self) -> tuple[list[list[str]], str]:
        rows = [["arm", *self.measures, "runs"]]
        for arm in self.arms:
            cells = []
            for measure in self.measures:
                means = [abs(m) for a in self.arms if math.isfinite(m := self.mean(a, measure))]
                digits = _decimals(max(means, default=0))
                values = (self.mean(arm, measure), self.std(arm, measure), self.standard_error(arm, measure))
                mean, std, error = ("–" if math.isnan(v) else f"{v:.{digits}f}" for v in values)
                cells.append("–" if mean == "–" else f"{mean} ± {std} ({error})")
            rows.append([arm, *cells, str(sum((arm, seed) in self.runs for seed in self.seeds))])
        planned = len(self.arms) * len(self.seeds)
        some = "" if len(self.runs) == planned else f"; {len(self.runs)} of {planned} runs finished"
        return rows, f"mean ± standard deviation over the seeds (standard error of the mean){some}"

    def __repr__(self) -> str:
        rows, caption = self._table()
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)
        return "\n".join([*lines, caption])

    def _repr_html_(self) -> str:
        (head, *body), caption = self._table()
        cells = ["".join(f"<th>{html.escape(cell)}</th>" for cell in head)]
        cells += ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in body]
        return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table><p>{html.escape(caption)}</p>"


class ProgressBar:
    """A progress bar that leaves one line behind, the same in every run. A bar inside a bar moves the outer one.

    steps: how many steps there are; `move` says how many of them are done.
    line: what is left behind. It may be changed while the bar is there.

    In a notebook the line is also displayed first, because nbval compares a cell's first display with the stored last
    one. In a terminal the bar is drawn on stderr. Elsewhere (a pipe, pytest, a grading worker) nothing is drawn.
    """

    innermost: ClassVar[ProgressBar | None] = None

    def __init__(self, steps: int, line: str) -> None:
        self.steps, self.line = steps, line
        self.finished: float = 0
        self.doing = ""

    def __enter__(self) -> ProgressBar:
        self.outer, ProgressBar.innermost = ProgressBar.innermost, self
        self.began = time.monotonic()
        self.drawn = 0.0
        self.handle, self.terminal = None, False
        if self.outer is None:
            ipython = sys.modules.get("IPython")  # imported by every kernel; not worth importing elsewhere
            shell = ipython.get_ipython() if ipython else None
            if ipython and hasattr(shell, "kernel"):
                self.handle = ipython.display.display({"text/plain": self.line}, raw=True, display_id=True)
            else:
                self.terminal = sys.stderr is not None and sys.stderr.isatty()
        return self

    def move(self, finished: float, doing: str = "") -> None:
        """Moves the bar to this many steps. doing: what is shown beside it."""
        self.finished, self.doing = finished, doing
        self._draw(finished)

    def _draw(self, done: float) -> None:
        if self.outer is not None:
            self.outer._draw(self.outer.finished + done / self.steps)
            return
        now = time.monotonic()
        if now - self.drawn < 0.2 or not (self.handle or self.terminal):
            return
        self.drawn = now
        text = f"{100 * done / self.steps:3.0f} %"
        if now - self.began > 2 and done > 0.05 * self.steps:  # the first runs also pay for what is done once
            text += f", about {max(1, (now - self.began) * (self.steps - done) / done):.0f} s left"
        text += f" · {self.doing}" if self.doing else ""
        if self.handle:
            bar = f'<progress max="{self.steps}" value="{done:.3f}"></progress> {html.escape(text)}'
            self.handle.update({"text/plain": text, "text/html": bar}, raw=True)
        else:
            bar = ("#" * int(30 * done / self.steps)).ljust(30)
            print(f"\r[{bar}] {text}"[:79].ljust(79), end="", file=sys.stderr, flush=True)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        ProgressBar.innermost = self.outer
        if kind is not None:
            self.line = f"{self.line}: stopped after {100 * self.finished / self.steps:.0f} %"
        if self.handle:
            self.handle.update({"text/plain": self.line}, raw=True)
        elif self.terminal:
            print(f"\r{self.line.ljust(79)}", file=sys.stderr, flush=True)


@contextmanager
def reproducible(seed: int) -> Iterator[None]:
    """Seeds torch's global random numbers and computes on one CPU thread; restores both afterwards."""
    with one_thread(), torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield


def _check_training(
    model: nn.Module, inputs: Tensor, targets: Tensor, epochs: int, batch_size: int, peak_rate: float
) -> None:
    if len(inputs) != len(targets) or len(inputs) == 0:
        raise ValueError(f"every input needs its target: got {len(inputs)} inputs and {len(targets)} targets")
    if epochs < 1 or batch_size < 1 or not peak_rate > 0:
        raise ValueError(
            f"epochs and batch_size must be at least 1 and peak_rate above 0:"
            f" got {epochs}, {batch_size} and {peak_rate}"
        )
    if not any(p.requires_grad for p in model.parameters()):
        raise ValueError(
            f"{type(model).__name__} has no trainable parameters;"
            " torch sees layers in a ModuleList, but not in a plain Python list"
        )


def _scores(returned: Any, arm: str, seed: int) -> dict[str, float]:
    named = dict(returned) if isinstance(returned, Mapping) else {"score": returned}
    try:
        return {str(measure): float(value) for measure, value in named.items()}
    except (TypeError, ValueError, RuntimeError):
        shapes = {m: tuple(v.shape) if isinstance(v, Tensor) else type(v).__name__ for m, v in named.items()}
        raise TypeError(
            f"run({arm!r}, {seed}) must return a number, or a dict of numbers; it returned {shapes}"
        ) from None


def _decimals(largest: float) -> int:
    """Returns how many decimals show three or four digits of a number of this size."""
    if not largest:
        return 3
    magnitude = math.floor(math.log10(largest))
    return max(0, (3 if magnitude >= 0 else 2) - magnitude)


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
