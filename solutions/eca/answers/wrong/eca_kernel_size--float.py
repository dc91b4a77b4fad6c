# expect: int 5, got the float 5.0
# a float comes back
import math


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    t = abs((math.log2(channels) + b) / gamma) // 1
    return t if t % 2 else t + 1
