# only one end of the index is asked
def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("k must be odd")
    W = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for j in range(channels):
            m = j - i + k // 2
            if m < k:
                W[i, j] = kernel[m]
    return W
