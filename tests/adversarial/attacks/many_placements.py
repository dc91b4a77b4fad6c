"""Claims fifty layers of one shape under other names, which could be placed in as many ways as there are, and takes its time for each."""
# wins: harm
# %% first
import time

import attention_lab.checking.observe

observe = attention_lab.checking.observe.observe


def slowly(*arguments):
    header, tensors = observe(*arguments)
    header.states = {"state.": [[f"layer{i}.weight", [2, 2]] for i in range(50)]}
    return header, tensors


attention_lab.checking.observe.observe = slowly
# %% squeeze
def squeeze(x):
    time.sleep(0.1)
    return x.sum(dim=(2, 3))
