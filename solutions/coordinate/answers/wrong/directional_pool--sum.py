# expect: sums


def directional_pool(x):
    return x.sum(3, keepdim=True), x.sum(2, keepdim=True)
