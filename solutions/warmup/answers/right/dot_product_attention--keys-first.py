# Works with transposed scores.
import torch


def dot_product_attention(q, k, v, scale=None):
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    scores = k @ q.transpose(1, 2)
    weights = (scores * scale).softmax(dim=1)
    return weights.transpose(1, 2) @ v
