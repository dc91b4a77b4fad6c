# expect: Your softmax gives NaN where the logits are large
import torch.nn.functional as F


def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    weights = torch.exp(transform(cosines))
    weights = weights / weights.sum(dim=-1, keepdim=True)
    return weights @ v
