# expect: `dilation` has no effect
# the formula without dilation
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    out = (size + 2 * padding - kernel_size) // stride + 1
    if out < 1:
        raise ValueError("too small")
    return out
