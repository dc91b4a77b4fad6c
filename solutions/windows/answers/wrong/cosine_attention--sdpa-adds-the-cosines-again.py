# expect: in your logits twice
import torch.nn.functional as F


def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    q, k = F.normalize(q, dim=-1), F.normalize(k, dim=-1)
    logits = transform(q @ k.transpose(-2, -1))
    return F.scaled_dot_product_attention(q, k, v, attn_mask=logits, scale=1.0)
