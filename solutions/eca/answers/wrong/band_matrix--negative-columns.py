# expect: A negative column counts from the end
def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("even")
    W = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for m in range(k):
            j = i + m - k // 2
            if j < channels:
                W[i, j] = kernel[m]
    return W
