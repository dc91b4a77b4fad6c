# As in most tutorials.
import math

import torch


def dot_product_attention(q, k, v, scale=None):
    d_k = q.size(-1)
    if scale is None:
        scale = 1 / math.sqrt(d_k)
    scores = torch.matmul(q, k.transpose(-2, -1)) * scale
    p_attn = torch.softmax(scores, dim=-1)
    return torch.matmul(p_attn, v)
