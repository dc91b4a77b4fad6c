# expect: None
# the result is printed, not returned
import math


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    t = int(abs((math.log2(channels) + b) / gamma))
    print(t if t % 2 else t + 1)
