"""Claims that its weights could be placed in 2000 ways, and takes its time for each."""
# wins: harm
# %% first
import time

import attention_lab.checking.observe

observe = attention_lab.checking.observe.observe


def slowly(*arguments):
    header, tensors = observe(*arguments)
    header.placements = 2000
    return header, tensors


attention_lab.checking.observe.observe = slowly
# %% squeeze
def squeeze(x):
    time.sleep(0.1)
    return x.sum(dim=(2, 3))
