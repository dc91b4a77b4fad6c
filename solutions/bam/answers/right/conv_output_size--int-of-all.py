# int() of the whole formula: where it cuts another number than // does, the result is below 1 anyway
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    out = int((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1)
    if out < 1:
        raise ValueError("too small")
    return out
