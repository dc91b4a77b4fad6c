# expect: only the first image is right
# Works without a batch.
import torch


def dot_product_attention(q, k, v, scale=None):
    if scale is None:
        scale = q.shape[-1] ** -0.5
    out = torch.softmax(q[0] @ k[0].T * scale, dim=-1) @ v[0]
    return out.expand(q.shape[0], -1, -1)
