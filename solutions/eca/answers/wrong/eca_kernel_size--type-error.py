# expect: ValueError
# raises a TypeError for no channels
import math


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise TypeError("channels")
    t = int(abs((math.log2(channels) + b) / gamma))
    return t if t % 2 else t + 1
