# expect: keepdim=True


def directional_pool(x):
    return x.mean(dim=3), x.mean(dim=2)
