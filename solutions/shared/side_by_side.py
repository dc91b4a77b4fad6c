"""Trains many small networks side by side on a CUDA device, where each of them alone would leave it idle.

A `Lane` is a network whose training step is recorded once as a CUDA graph and then replayed, for one run after another.
`drive` keeps all lanes busy at the same time. Where there is no CUDA device the same steps are computed one after
another, so a test can compare them with `training.train`.

The arithmetic is that of `torch.optim.Adam` under `torch.optim.lr_scheduler.OneCycleLR`, with their defaults.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

BETA2, EPSILON = 0.999, 1e-8
AHEAD = 25  # steps that a lane is sent before the next one has its turn
WARM_UP = 3  # steps before recording, in which libraries choose their algorithms

Loss = Callable[[nn.Module, Tensor], Tensor]  # of a batch, which is given by the numbers of its pictures
Score = Callable[[nn.Module, Tensor], Tensor]  # in eval mode, on a test set, which is given by its number (1,)


class Run(NamedTuple):
    """One training run.

    network: untrained, on the CPU.
    batches: (steps, batch size) numbers of pictures.
    rate: the peak of the one-cycle learning rate.
    tested: on which test set.
    points: how many times it is scored on the way, the end included.
    finished: called with these scores and the trained network, which the lane uses again for its next run.
    """

    network: nn.Module
    batches: Tensor
    rate: float
    tested: int
    points: int
    finished: Callable[[list[float], nn.Module], None]


class Lane:
    """Runs of one kind of network, one after another.

    make: the network, untrained. runs: made one by one, when the lane is free.
    longest: the most steps of a run.
    loss, score: computed on the device. Nothing in them may wait for the device (`.item()`, a boolean as an index).
    """

    def __init__(self, make: Callable[[], nn.Module], runs: Iterable[Run], loss: Loss, score: Score,
                 longest: int, batch: int, device: str) -> None:
        self.cuda, self.device, self.runs = device.startswith("cuda"), device, iter(runs)
        self.loss, self.score = loss, score
        self.stream = torch.cuda.Stream() if self.cuda else None
        self.memory = torch.cuda.graph_pool_handle() if self.cuda else None  # of both recordings, one after the other
        self.network = make().to(device)
        self._flatten()
        self.step_number = torch.zeros(1, dtype=torch.long, device=device)
        self.tested = torch.zeros(1, dtype=torch.long, device=device)
        self.table = torch.ones(longest, 4, device=device)
        self.batches = torch.zeros(longest, batch, dtype=torch.long, device=device)
        self.kept: list[_Moved] = []  # what the recordings read
        self.learns, self.looks = self._recorded(self._step), self._recorded(self._look)
        self.run: Run | None = None

    def begin(self) -> bool:
        """Takes the next run. False if there is none."""
        self.run = next(self.runs, None)
        if self.run is None:
            return False
        steps = len(self.run.batches)
        with self._here():
            self.table[:steps].copy_(_table(steps, self.run.rate))
            self.batches[:steps].copy_(self.run.batches)
            self.tested.fill_(self.run.tested)
            self._reset(self.run.network)
        self.done, self.scores, self.steps = 0, [], steps
        return True

    def advance(self) -> None:
        """Sends the device the next steps of the run, and a score if one is due."""
        every = self.steps // self.run.points
        many = min(AHEAD, every - self.done % every)
        with self._here():
            for _ in range(many):
                self.learns()
            self.done += many
            if self.done % every == 0:
                self.looks()
                self.scores.append(self.latest.clone())
            if self.cuda:
                self.event = torch.cuda.Event()
                self.event.record(self.stream)

    def busy(self) -> bool:
        return self.cuda and not self.event.query()

    def finish(self) -> None:
        with self._here():
            self.run.finished([score.item() for score in self.scores], self.network)

    def _here(self):
        return torch.cuda.stream(self.stream) if self.cuda else nullcontext()

    def _flatten(self) -> None:
        """Puts all parameters into one tensor, and all gradients into another one."""
        learned = [p for p in self.network.parameters() if p.requires_grad]
        self.parameters = torch.cat([p.detach().flatten() for p in learned])
        self.gradients, self.mean, self.square = (torch.zeros_like(self.parameters) for _ in range(3))
        at = 0
        for p in learned:
            here = slice(at, at + p.numel())
            p.data, p.grad = self.parameters[here].view(p.shape), self.gradients[here].view(p.shape)
            at += p.numel()

    def _reset(self, network: nn.Module) -> None:
        given = network.state_dict()
        with torch.no_grad():
            for name, value in self.network.state_dict().items():
                value.copy_(given[name])
        for each in (self.mean, self.square, self.step_number):
            each.zero_()

    def _recorded(self, what: Callable[[], None]) -> Callable[[], None]:
        """What replays `what` on the device; elsewhere `what` itself."""
        if not self.cuda:
            return what
        with self._here(), _Moved() as moved:
            for _ in range(WARM_UP):
                moved.again()
                what()
            torch.cuda.synchronize()
            moved.again()
            graph = torch.cuda.CUDAGraph()
            graph.capture_begin(pool=self.memory)
            try:
                what()
            finally:
                graph.capture_end()
        self.kept.append(moved)
        return graph.replay

    def _step(self) -> None:
        rate, beta1, correction1, correction2 = self.table.index_select(0, self.step_number)[0].unbind()
        self.network.train()
        self.gradients.zero_()
        self.loss(self.network, self.batches.index_select(0, self.step_number)[0]).backward()
        with torch.no_grad():
            self.mean.lerp_(self.gradients, 1 - beta1)
            self.square.mul_(BETA2).addcmul_(self.gradients, self.gradients, value=1 - BETA2)
            size = self.square.sqrt().div_(correction2).add_(EPSILON)
            self.parameters.sub_(self.mean * (rate / correction1) / size)
            self.step_number.add_(1)

    def _look(self) -> None:
        self.network.eval()
        with torch.no_grad():
            self.latest = self.score(self.network, self.tested)


class _Moved(TorchFunctionMode):
    """Remembers each tensor that a module makes on the CPU and moves to the device, such as a mask, and gives it back
    in the next call. A recording cannot copy from the CPU."""

    def __init__(self) -> None:
        super().__init__()
        self.tensors: list[Tensor] = []
        self.next = 0

    def again(self) -> None:
        self.next = 0

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func is not Tensor.to or args[0].is_cuda:
            return func(*args, **(kwargs or {}))
        self.next += 1
        if self.next > len(self.tensors):
            self.tensors.append(func(*args, **(kwargs or {})))
        return self.tensors[self.next - 1]


def drive(lanes: Sequence[Lane], until: float = float("inf")) -> None:
    """Trains all runs of all lanes. until: when, by time.monotonic(), no new run is begun."""
    working = [lane for lane in lanes if lane.begin()]
    for lane in working:
        lane.advance()
    while working:
        waited = True
        for lane in list(working):
            if lane.busy():
                continue
            waited = False
            if lane.done < lane.steps:
                lane.advance()
                continue
            lane.finish()
            if time.monotonic() < until and lane.begin():
                lane.advance()
            else:
                working.remove(lane)
        if waited:
            time.sleep(1e-4)


@cache
def _table(steps: int, rate: float) -> Tensor:
    """For each step, (steps, 4): the learning rate, Adam's first beta, and the two corrections of its running means."""
    of = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.Adam([of])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    rows = []
    optimizer.step()
    for step in range(1, steps + 1):
        group = optimizer.param_groups[0]
        beta1 = group["betas"][0]
        rows.append((group["lr"], beta1, 1 - beta1**step, (1 - BETA2**step) ** 0.5))
        if step < steps:
            schedule.step()
    return torch.tensor(rows)
