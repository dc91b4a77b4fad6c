# expect: that of the whole tensor
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = (q / q.norm().clamp_min(1e-12)) @ (k / k.norm().clamp_min(1e-12)).transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return weights @ v
