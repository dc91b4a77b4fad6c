# expect: add the padding once
# padding counted once
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    out = (size + padding - dilation * (kernel_size - 1) - 1) // stride + 1
    if out < 1:
        raise ValueError("too small")
    return out
