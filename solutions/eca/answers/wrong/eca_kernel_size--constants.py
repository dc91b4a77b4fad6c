# expect: gamma and b have no effect
# 2 and 1 are written in
import math


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    t = int(abs((math.log2(channels) + 1) / 2))
    return t if t % 2 else t + 1
