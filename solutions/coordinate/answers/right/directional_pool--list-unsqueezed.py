def directional_pool(x):
    return [x.mean(-1).unsqueeze(-1), x.mean(-2).unsqueeze(-2)]
