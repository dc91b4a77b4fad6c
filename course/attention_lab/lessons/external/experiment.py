"""The experiment of lesson 07a: four modules on three questions, with their own numbers and with borrowed ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import torch
import torch.nn.functional as F
from torch import nn

from ...networks.training import Results, Trained, compare_arms, train
from .task import QUESTIONS, HueDiscs, disc_network, hue_discs, right_on_discs

CHANNELS = 32
RATE, RATES = 0.02, {"self-attention": 0.01}  # the peak of most arms, and of those that do worse with it


@cache
def discs_to_learn(question: str) -> HueDiscs:
    return hue_discs(4000, seed=1, question=question)


@cache
def new_discs(question: str) -> HueDiscs:
    return hue_discs(400, seed=2, question=question)


def learn(module: nn.Module, question: str, seed: int, peak_rate: float = RATE) -> nn.Module:
    """Returns the network with this module in its middle, trained on one question."""
    pictures, answers, *_ = discs_to_learn(question)
    return train(disc_network(module), pictures, answers, loss=F.cross_entropy, epochs=1, batch_size=16,
                 peak_rate=peak_rate, seed=seed)


def run(arm: str, make: Callable[[int], nn.Module], seed: int, trained: Trained | None = None) -> dict[str, float]:
    """Trains a module on each question, and returns its scores: first with its own numbers, then with those of another
    picture, if it has an attribute `borrowed`."""
    own, borrowed = {}, {}
    for question in QUESTIONS:
        torch.manual_seed(seed)
        network = learn(make(CHANNELS), question, seed, RATES.get(arm, RATE))
        own[question] = right_on_discs(network, new_discs(question))
        network[2].module.borrowed = True
        borrowed[f"{question}, borrowed"] = right_on_discs(network, new_discs(question))
        if trained is not None:
            trained[f"{arm}, {question}", seed] = network
    return own | borrowed


def compare_on_discs(arms: Mapping[str, Callable[[int], nn.Module]]) -> tuple[Results, Trained]:
    """Runs each arm three times, and returns the scores, and the networks by arm and question. arms: make a module on
    tokens of the given width."""
    trained = Trained()
    return compare_arms(arms, seeds=range(3), run=lambda arm, seed: run(arm, arms[arm], seed, trained)), trained
