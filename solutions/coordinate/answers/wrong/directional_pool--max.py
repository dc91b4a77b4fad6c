# expect: maximum


def directional_pool(x):
    return x.max(dim=3, keepdim=True).values, x.max(dim=2, keepdim=True).values
