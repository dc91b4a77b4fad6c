# expect: round t to the nearest
# rounds to nearest, then odd
import math


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    t = round(abs((math.log2(channels) + b) / gamma))
    return t if t % 2 else t + 1
