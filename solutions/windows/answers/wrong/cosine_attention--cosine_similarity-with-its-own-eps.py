# expect: Vectors of almost no length come out shorter than
import torch.nn.functional as F


def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.cosine_similarity(q[:, :, :, None], k[:, :, None], dim=-1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return weights @ v
