"""Trains a whole network to read digits on photographs, within a budget, and notes how well it does on the way.

The pictures are close-ups of `digits_on_photos.framed_digits`: read the digit if it has the frame's colour, otherwise
say "not it". The capstone's recorded baselines and a learner's own network are trained within the same budget, so that
their scores can be compared.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...networks.cost import cost
from ...networks.training import ProgressBar, reproducible
from ...tasks.digits_on_photos import CLOSE_UP, OTHER_COLOUR, Digits, framed_digits

CLASSES = OTHER_COLOUR + 1
TEST_SEED, PIECE = 999, 250  # of the pictures to test on, which no training draws; how many are tested at once


@dataclass(frozen=True)
class Budget:
    """What a network may cost, and how it is trained. Tests take smaller numbers.

    parameters: the most trainable parameters.
    multiply_adds: the most multiply-adds for one picture, so that training takes two minutes at most.
    steps, batch: the steps of training, and the new pictures in each.
    peak_rate: the largest learning rate of the one cycle.
    looks: how often a network is tested on the way, the end included.
    tested: the pictures of the test.
    """

    parameters: int = 35_000
    multiply_adds: int = 5_000_000
    steps: int = 800
    batch: int = 64
    peak_rate: float = 0.01
    looks: int = 10
    tested: int = 2000


BUDGET = Budget()


@dataclass
class Run:
    """One training.

    curve: the right answers on the pictures of the test, in per cent, after each tenth of the training.
    seconds: the seconds of computing on one core, including the tests. Other programs on the machine do not add to
        them.
    """

    seed: int
    curve: list[float] = field(default_factory=list)
    seconds: float = 0.0


def size(network: nn.Module) -> tuple[int, int]:
    """Returns the trainable parameters of a network, and its multiply-adds for one picture (1, 3, 20, 20)."""
    counted = cost(network, torch.zeros(1, 3, CLOSE_UP, CLOSE_UP), latency=False)
    return counted.parameters or 0, counted.multiply_adds


def too_large(parameters: int, multiply_adds: int, budget: Budget = BUDGET) -> str:
    """Returns a sentence that says by how much a network exceeds the budget; empty if it does not."""
    if parameters > budget.parameters:
        more = parameters - budget.parameters
        return (f"Your network has {parameters:,} parameters, which is {more:,} more than the budget of "
                f"{budget.parameters:,}. Make a width smaller, or choose a module with fewer parameters.")
    if multiply_adds > budget.multiply_adds:
        return (f"Your network needs {multiply_adds:,} multiply-adds for a picture, but the budget is "
                f"{budget.multiply_adds:,}, because training should take at most two minutes. The first stage, "
                "which has the most positions, costs the most.")
    return ""


def learn(network: nn.Module, seed: int, budget: Budget = BUDGET, run: Run | None = None) -> Run:
    """Trains a network in place on new pictures at each step, with Adam and one cycle of learning rates.

    network: (B, 3, 20, 20) -> (B, 11), the scores of the ten digits and of "not it".
    seed: decides which pictures there are, and any dropout.
    run: is filled while the network learns, so that an interrupted training leaves its curve there.

    Returns the run, and leaves the network in eval mode. One CPU thread computes, as in `train`.
    Raises FloatingPointError when the loss is no longer finite.
    """
    run = run or Run(seed)
    test = new_pictures(budget.tested)
    optimizer = torch.optim.Adam(network.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, budget.peak_rate, total_steps=budget.steps)
    looks = {round(budget.steps * look / budget.looks) for look in range(1, budget.looks + 1)}
    began = time.process_time()
    progress = ProgressBar(budget.steps, f"{type(network).__name__}: {budget.steps:,} steps")
    try:
        with reproducible(seed), _strided_in_order(network), progress as bar:
            for step in range(1, budget.steps + 1):
                network.train()
                drawn = framed_digits(budget.batch, 1_000_000 * (seed + 1) + step, "train", CLOSE_UP)
                loss = F.cross_entropy(network(drawn.pictures), drawn.labels)
                if not loss.isfinite():
                    raise FloatingPointError(f"the loss is {loss.item()} at step {step} of {budget.steps}, seed {seed}")
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                if step in looks:
                    run.curve.append(round(100 * right(network, test).float().mean().item(), 2))
                    run.seconds = round(time.process_time() - began, 1)
                bar.move(step, f"{run.curve[-1]:.0f} % right" if run.curve else "")
    finally:
        network.eval()
    return run


@contextmanager
def _strided_in_order(network: nn.Module) -> Iterator[None]:
    """Gives every 1x1 convolution with a stride its input in the usual order of memory.

    With channels last and fewer than eight channels, oneDNN writes beside the memory of the weights' gradient, and the
    whole process ends (https://github.com/uxlfoundation/oneDNN/issues/6035; seen with torch 2.13 and AVX2). Pictures
    and tokens turned into a map have their channels last.
    """
    hooks = [module.register_forward_pre_hook(lambda _, given: tuple(map(Tensor.contiguous, given)))
             for module in network.modules()
             if isinstance(module, nn.Conv2d) and module.kernel_size == (1, 1) and module.stride != (1, 1)]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def new_pictures(n: int) -> Digits:
    """Returns the n pictures to test on, the same each time."""
    return framed_digits(n, TEST_SEED, "test", CLOSE_UP)


def right(network: nn.Module, drawn: Digits) -> Tensor:
    """Returns for each picture whether the network's answer is right, (n,) bool. It leaves the network in eval mode."""
    network.eval()
    with torch.no_grad():
        scores = torch.cat([network(piece) for piece in drawn.pictures.split(PIECE)])
    return scores.argmax(dim=1) == drawn.labels


def fingerprint(network: nn.Module, budget: Budget = BUDGET) -> str:
    """Returns a short text that identifies a network and its training: its layers, and its answer to one picture.

    Its weights should be the first ones that a seed has given, so that equal networks have equal fingerprints.
    """
    training = network.training
    with torch.no_grad():
        answer = network.eval()(new_pictures(1).pictures)
    network.train(training)
    said = f"{network!r} {budget} {[f'{number:.3e}' for number in answer.flatten().tolist()]}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]
