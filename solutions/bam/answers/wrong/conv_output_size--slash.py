# expect: int 5, got the float 5.0
# one slash
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    out = (size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1
    if out < 1:
        raise ValueError("too small")
    return out
