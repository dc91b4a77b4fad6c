# expect: your code changes it in place
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    q /= q.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    k /= k.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    attn = transform(q @ k.transpose(-2, -1)).softmax(dim=-1)
    return attn @ v
