# expect: The columns' means are (B, C, W, 1)


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True).permute(0, 1, 3, 2)
