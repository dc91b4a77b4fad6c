# expect: If a scale is given, use that one
# Never looks at scale.
import torch


def dot_product_attention(q, k, v, scale=None):
    d = q.shape[-1]
    attn = torch.softmax(torch.einsum('bnd,bmd->bnm', q, k) / d ** 0.5, dim=-1)
    return torch.einsum('bnm,bme->bne', attn, v)
