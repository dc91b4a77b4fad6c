# log2 of what is not positive raises a ValueError by itself
import math


def eca_kernel_size(channels, gamma=2, b=1):
    size = math.floor(abs(b + math.log2(channels)) / gamma)
    while size % 2 != 1:
        size += 1
    return size
