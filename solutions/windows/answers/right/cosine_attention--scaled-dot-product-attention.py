# scaled_dot_product_attention of zeros, the logits go in as attn_mask
import torch.nn.functional as F


def cosine_attention(q, k, v, transform):
    cosine = torch.matmul(F.normalize(q, dim=3), F.normalize(k, dim=3).mT)
    nothing_q, nothing_k = torch.zeros_like(q), torch.zeros_like(k)
    return F.scaled_dot_product_attention(nothing_q, nothing_k, v, attn_mask=transform(cosine))
