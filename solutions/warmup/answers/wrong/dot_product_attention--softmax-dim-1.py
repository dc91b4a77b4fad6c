# expect: softmax runs over the queries
# Softmax over the queries.
import torch


def dot_product_attention(q, k, v, scale=None):
    if scale is None:
        scale = 1 / q.shape[-1] ** 0.5
    scores = torch.bmm(q, k.transpose(1, 2)) * scale
    return torch.bmm(torch.softmax(scores, 1), v)
