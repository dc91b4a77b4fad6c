# expect: taken `% channels`
def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("even")
    W = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for m in range(k):
            W[i, (i + m - k // 2) % channels] = kernel[m]
    return W
