# expect: You normalise over the tokens
import torch.nn.functional as F


def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, dim=2) @ F.normalize(k, dim=2).transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return weights @ v
