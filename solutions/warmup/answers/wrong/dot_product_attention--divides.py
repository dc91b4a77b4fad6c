# expect: divide the scores by `scale`
# Divides by a scale that is given.
import torch


def dot_product_attention(q, k, v, scale=None):
    if scale is None:
        scale = q.shape[2] ** -0.5
    return ((q @ k.mT) / scale).softmax(-1) @ v
