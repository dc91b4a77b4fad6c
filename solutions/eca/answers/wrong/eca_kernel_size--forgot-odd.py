# expect: can be even
# even sizes are returned
import math


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    return int(abs((math.log2(channels) + b) / gamma))
