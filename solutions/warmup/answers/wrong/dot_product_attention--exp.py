# expect: `exp` is infinite above 709
def dot_product_attention(q, k, v, scale=None):
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    e = torch.exp(scale * torch.einsum("bnd,bmd->bnm", q, k))
    return torch.einsum("bnm,bme->bne", e / e.sum(-1, keepdim=True), v)
