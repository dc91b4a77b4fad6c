# expect: Expected a tensor, got a tuple of 2
# Returns the weights too.
import torch


def dot_product_attention(q, k, v, scale=None):
    if scale is None:
        scale = q.shape[-1] ** -0.5
    w = torch.softmax(q @ k.mT * scale, dim=-1)
    return w @ v, w
