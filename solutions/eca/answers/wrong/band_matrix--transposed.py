# expect: is transposed
# i and j exchanged
def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("k must be odd")
    W = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for j in range(channels):
            m = i - j + k // 2
            if 0 <= m < k:
                W[i, j] = kernel[m]
    return W
