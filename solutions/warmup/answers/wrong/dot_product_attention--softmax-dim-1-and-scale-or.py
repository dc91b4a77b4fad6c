# expect: softmax runs over the queries
# Two mistakes at once: the axis, and a scale of 0 taken for none.
import torch


def dot_product_attention(q, k, v, scale=None):
    scale = scale or q.shape[-1] ** -0.5
    weights = torch.softmax(scale * (q @ k.mT), dim=1)
    return weights @ v
