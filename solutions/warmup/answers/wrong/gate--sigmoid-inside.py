# expect: through a sigmoid
# Makes weights of the weights.
import torch


def gate(x, weights):
    b, c, h, w = x.shape
    weights = torch.sigmoid(weights)
    if weights.shape == (b, c):
        weights = weights[:, :, None, None]
    if weights.shape not in [(b, c, 1, 1), (b, 1, h, w), (b, c, h, w)]:
        raise ValueError
    return x * weights
