# expect: keeps the order of the numbers in memory
# Turns the keys by view.
import torch


def dot_product_attention(q, k, v, scale=None):
    B, M, D = k.shape
    if scale is None:
        scale = D ** -0.5
    w = torch.softmax(q @ k.reshape(B, D, M) * scale, dim=-1)
    return w @ v
