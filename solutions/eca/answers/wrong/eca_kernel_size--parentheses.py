# expect: divides b alone
# b alone is divided
import math


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    t = int(abs(math.log2(channels) + b / gamma))
    return t if t % 2 == 1 else t + 1
