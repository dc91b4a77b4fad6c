# expect: too large for `exp` alone
def dot_product_attention(q, k, v, scale=None):
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    scores = scale * (q @ k.transpose(1, 2))
    best = torch.zeros_like(scores[..., :1])
    for m in range(scores.shape[-1]):
        best = torch.maximum(best, scores[..., m:m + 1])
    e = torch.exp(scores - best.detach())
    return e / e.sum(-1, keepdim=True) @ v
