# expect: `k.T` reverses all three axes
# Transposes all axes with .T.
import torch


def dot_product_attention(q, k, v, scale=None):
    if scale is None:
        scale = q.shape[-1] ** -0.5
    return ((q @ k.T) * scale).softmax(-1) @ v
