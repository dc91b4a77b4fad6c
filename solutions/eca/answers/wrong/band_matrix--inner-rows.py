# expect: first and last rows
# only where the whole kernel fits
def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("k must be odd")
    W = kernel.new_zeros(channels, channels)
    for i in range(k // 2, channels - k // 2):
        for m in range(k):
            W[i, i - k // 2 + m] = kernel[m]
    return W
