# expect: multiplies without looking at the shapes
# Multiplies.
import torch


def gate(x, weights):
    return x * weights
