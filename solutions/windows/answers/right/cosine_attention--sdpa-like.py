import torch
import torch.nn.functional as F


def cosine_attention(q, k, v, transform):
    q = F.normalize(q, p=2, dim=-1)
    k = F.normalize(k, p=2, dim=-1)
    logits = transform(torch.einsum("...nd,...md->...nm", q, k))
    logits = logits - logits.amax(dim=-1, keepdim=True)
    weights = logits.exp()
    weights = weights / weights.sum(dim=-1, keepdim=True)
    return torch.matmul(weights, v)
