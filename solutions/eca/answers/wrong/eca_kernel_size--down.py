# expect: go down to the next odd
# the next odd number below
import math


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    k = int(abs((math.log2(channels) + b) / gamma))
    if k % 2 == 0:
        k -= 1
    return k
