# expect: one too small
# the last - 1 is forgotten
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    out = (size + 2 * padding - dilation * (kernel_size - 1)) // stride + 1
    if out < 1:
        raise ValueError("too small")
    return out
