# expect: Is a `return` missing?
# Computes and returns nothing.
import torch


def global_average_pool(x):
    means = x.mean(-1).mean(-1)
