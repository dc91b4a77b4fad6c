# expect: You accept weights of three axes
def gate(x, weights):
    b, c, h, w = x.shape
    if weights.shape == (b, c):
        weights = weights.view(b, c, 1, 1)
    if weights.shape == (b, h, w):
        weights = weights.unsqueeze(1)
    if tuple(weights.shape) not in [(b, c, 1, 1), (b, 1, h, w), (b, c, h, w)]:
        raise ValueError(f"weights of shape {tuple(weights.shape)}")
    return x * weights
