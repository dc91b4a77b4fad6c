# expect: scale of 0 is taken for no scale
# Takes a scale of 0 for none.
import torch


def dot_product_attention(q, k, v, scale=None):
    scale = scale or q.size(-1) ** -0.5
    return ((q @ k.mT) * scale).softmax(-1) @ v
