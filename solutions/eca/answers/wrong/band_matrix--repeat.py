# expect: shape (C, k)
# the kernel repeated in every row
def band_matrix(kernel, channels):
    if len(kernel) % 2 == 0:
        raise ValueError("k must be odd")
    return kernel.repeat(channels, 1)
