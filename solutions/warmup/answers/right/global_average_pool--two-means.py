# One mean after the other.
import torch


def global_average_pool(x):
    return x.mean(-1).mean(-1)
