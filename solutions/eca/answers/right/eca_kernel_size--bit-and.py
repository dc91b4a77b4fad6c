# the lowest bit says whether a number is odd
import math


def eca_kernel_size(channels, gamma=2, b=1):
    assert isinstance(channels, int)
    if channels < 1:
        raise ValueError("at least one channel, please")
    t = int(abs((math.log(channels, 2) + b) / gamma))
    return t + (1 - (t & 1))
