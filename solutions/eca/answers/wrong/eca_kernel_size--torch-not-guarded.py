def eca_kernel_size(channels, gamma=2, b=1):
    t = int(abs((torch.log2(torch.tensor(float(channels), dtype=torch.float64)) + b) / gamma))
    return t if t % 2 else t + 1
