# expect: no kernel be smaller than 3
# at least 3, as timm does
import math


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    t = int(abs(math.log(channels, 2) + b) / gamma)
    return max(t if t % 2 else t + 1, 3)
