import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: float-formula
# The formula exactly as printed, in floating point.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    return 2 / reduction * sum(n * c ** 2 for c, n in zip(stage_channels, stage_blocks))


# %% right: fractions
# Exact rational arithmetic, returned as an int where the result is one.
from fractions import Fraction
from typing import Sequence


def se_parameter_cost(stage_channels: Sequence[int], stage_blocks: Sequence[int], reduction: int = 16):
    cost = sum((Fraction(2 * n * c * c, reduction) for c, n in zip(stage_channels, stage_blocks)), Fraction(0))
    return int(cost) if cost.denominator == 1 else float(cost)


# %% right: running-total
# An explicit loop with a running total, divided at the end.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    total = 0
    for index in range(len(stage_channels)):
        channels = stage_channels[index]
        total += 2 * stage_blocks[index] * channels * channels
    return total / reduction


# %% wrong: blocks-squared, expect: square the number of blocks
# Squares the number of blocks instead of the channels.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    return 2 / reduction * sum(n ** 2 * c for c, n in zip(stage_channels, stage_blocks))


# %% wrong: fixed-reduction, expect: 16 is written in its place
# Ignores the reduction argument.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    total = 0
    for index in range(len(stage_channels)):
        channels = stage_channels[index]
        total += 2 * stage_blocks[index] * channels * channels
    return total / 16


# %% wrong: floored-hidden, expect: round the hidden width down
# Counts the floored hidden layers of an implementation instead of evaluating the paper's formula.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    return sum(2 * n * c * (c // reduction) for c, n in zip(stage_channels, stage_blocks))


# %% wrong: four-stages-only, expect: list index out of range
# Indexes exactly four stages.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    return 2 / reduction * sum(stage_blocks[s] * stage_channels[s] ** 2 for s in (0, 1, 2, 3))


# %% wrong: from-left-to-right, expect: Python goes from left to right
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    total = 0
    for c, n in zip(stage_channels, stage_blocks):
        total += n * c * c
    return total / 2 * reduction


# %% wrong: last-stage, expect: the sum starts again
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    for c, n in zip(stage_channels, stage_blocks):
        t = 0
        t += n * c ** 2
    return 2 * t / reduction


# %% wrong: not-squared, expect: The paper's has N * C²
# Forgets the square of the channels.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    total = 0
    for index in range(len(stage_channels)):
        channels = stage_channels[index]
        total += 2 * stage_blocks[index] * channels
    return total / reduction


# %% wrong: one-block-per-stage, expect: count each stage once
# Counts one block per stage.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    return 2 / reduction * sum(c ** 2 for c, n in zip(stage_channels, stage_blocks))


# %% wrong: one-matrix, expect: one matrix for each block
# Counts one of the two matrices only.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    total = 0
    for index in range(len(stage_channels)):
        channels = stage_channels[index]
        total += stage_blocks[index] * channels * channels
    return total / reduction


# %% wrong: sum-then-square, expect: square the sum
# Squares the sum of the channels of all blocks.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    return 2 / reduction * sum(n * c for c, n in zip(stage_channels, stage_blocks)) ** 2


# %% wrong: two-sums, expect: Multiply stage by stage
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    return 2 / reduction * sum(stage_blocks) * sum(c * c for c in stage_channels)


# %% wrong: with-biases
# Adds the biases that the paper's formula (and the layers) do not have.
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    total = 0
    for index in range(len(stage_channels)):
        channels = stage_channels[index]
        total += 2 * stage_blocks[index] * channels * channels
        total += stage_blocks[index] * (channels * reduction + channels)
    return total / reduction


# %% wrong: zip-turned, expect: or your `zip` has the channels first
# Takes the channels for the number of blocks.


def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    total = 0
    for n, c in zip(stage_channels, stage_blocks):
        total += n * c ** 2
    return 2 * total / reduction
