# expect: even size is not refused
# even kernels are not refused
def band_matrix(kernel, channels):
    k = len(kernel)
    W = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for j in range(channels):
            m = j - i + k // 2
            if 0 <= m < k:
                W[i, j] = kernel[m]
    return W
