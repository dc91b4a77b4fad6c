# Takes the maximum of each row, then a mean.
import torch


def global_average_pool(x):
    return x.max(dim=3).values.mean(dim=2)
