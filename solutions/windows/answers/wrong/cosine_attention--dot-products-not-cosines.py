# expect: Queries and keys are not normalised
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = q @ k.transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return weights @ v
