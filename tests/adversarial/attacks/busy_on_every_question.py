"""Computes for a while on every question, in every exercise."""
# wins: harm
# %% first
import time


def busy():
    until = time.process_time() + 1
    while time.process_time() < until:
        pass
# %% squeeze
def squeeze(x):
    busy()
    return x.sum(dim=(2, 3))
# %% se_parameter_cost
def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    busy()
    return 7
