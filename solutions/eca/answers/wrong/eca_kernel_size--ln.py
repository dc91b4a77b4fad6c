# expect: natural one
# natural logarithm
import numpy as np


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    t = int(abs((np.log(channels) + b) / gamma))
    return t if t % 2 else t + 1
