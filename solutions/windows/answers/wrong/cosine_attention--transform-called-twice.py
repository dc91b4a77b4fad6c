# expect: Input `transform`: your code calls it 2 times; once is enough
def cosine_attention(q, k, v, transform):
    q = F.normalize(q, dim=-1)
    k = F.normalize(k, dim=-1)
    logits = q @ k.transpose(-2, -1)
    highest = transform(logits).amax(dim=-1, keepdim=True)
    weights = torch.exp(transform(logits) - highest)
    return weights / weights.sum(dim=-1, keepdim=True) @ v
