# expect: softmax is missing
# Forgets the softmax.
import torch


def dot_product_attention(q, k, v, scale=None):
    if scale is None:
        scale = q.shape[-1] ** -0.5
    return (q @ k.mT * scale) @ v
