# the places are counted
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    n = 0
    first = -padding
    while first + dilation * (kernel_size - 1) < size + padding:
        n += 1
        first += stride
    if n == 0:
        raise ValueError("the kernel does not fit anywhere")
    return n
