import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: einsum-and-own-softmax
# einsum, own norm with clamp_min, explicit exp after the subtraction of the maximum
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    q_unit = q / torch.linalg.vector_norm(q, dim=-1, keepdim=True).clamp_min(1e-12)
    k_unit = k / torch.linalg.vector_norm(k, dim=-1, keepdim=True).clamp_min(1e-12)
    logits = transform(torch.einsum("bhid,bhjd->bhij", q_unit, k_unit))
    weights = torch.exp(logits - logits.amax(dim=-1, keepdim=True))
    weights = weights / weights.sum(dim=-1, keepdim=True)
    return torch.einsum("bhij,bhje->bhie", weights, v)


# %% right: lengths
def cosine_attention(q, k, v, transform):
    lengths_q = torch.linalg.vector_norm(q, dim=-1, keepdim=True)
    lengths_k = torch.linalg.vector_norm(k, dim=-1, keepdim=True)
    q = q / torch.clamp(lengths_q, min=1e-12)
    k = k / torch.clamp(lengths_k, min=1e-12)
    a = transform(q @ k.transpose(2, 3))
    a = torch.softmax(a, dim=-1)
    return a @ v


# %% right: log_softmax-and-broadcast
# broadcast products and sums instead of matrix products, log_softmax and exp


def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    lengths = [torch.norm(t, dim=-1, keepdim=True) for t in (q, k)]
    q, k = (t / torch.max(n, torch.full_like(n, 1e-12)) for t, n in zip((q, k), lengths))
    cosines = (q[:, :, :, None, :] * k[:, :, None, :, :]).sum(-1)
    share = F.log_softmax(transform(cosines), dim=-1).exp()
    return (share[..., None] * v[:, :, None]).sum(dim=-2)


# %% right: loop-over-heads-bmm
# cosines and products head by head with bmm, the transform once for all heads


def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    heads = range(q.shape[1])
    cos = []
    for i in heads:
        a, b = F.normalize(q[:, i], p=2, dim=2), F.normalize(k[:, i], p=2, dim=2)
        cos.append(torch.bmm(a, b.permute(0, 2, 1)))
    att = nn.Softmax(dim=3)(transform(torch.stack(cos, dim=1)))
    return torch.stack([torch.bmm(att[:, i], v[:, i]) for i in heads], dim=1)


# %% right: scaled-dot-product-attention
# scaled_dot_product_attention of zeros, the logits go in as attn_mask


def cosine_attention(q, k, v, transform):
    cosine = torch.matmul(F.normalize(q, dim=3), F.normalize(k, dim=3).mT)
    nothing_q, nothing_k = torch.zeros_like(q), torch.zeros_like(k)
    return F.scaled_dot_product_attention(nothing_q, nothing_k, v, attn_mask=transform(cosine))


# %% right: sdpa-like
def cosine_attention(q, k, v, transform):
    q = F.normalize(q, p=2, dim=-1)
    k = F.normalize(k, p=2, dim=-1)
    logits = transform(torch.einsum("...nd,...md->...nm", q, k))
    logits = logits - logits.amax(dim=-1, keepdim=True)
    weights = logits.exp()
    weights = weights / weights.sum(dim=-1, keepdim=True)
    return torch.matmul(weights, v)


# %% wrong: changes-q-and-k, expect: your code changes it in place
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    q /= q.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    k /= k.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    attn = transform(q @ k.transpose(-2, -1)).softmax(dim=-1)
    return attn @ v


# %% wrong: cosine_similarity-with-its-own-eps, expect: because your eps is larger than 1e-12
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.cosine_similarity(q[:, :, :, None], k[:, :, None], dim=-1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return weights @ v


# %% wrong: default-dim, expect: F.normalize without a dim
def cosine_attention(q, k, v, transform):
    return transform(F.normalize(q) @ F.normalize(k).transpose(-2, -1)).softmax(-1) @ v


# %% wrong: divided-by-sqrt-d-too, expect: You divide the cosines by sqrt(d)
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    cosines = cosines / math.sqrt(q.shape[-1])
    weights = torch.softmax(transform(cosines), dim=-1)
    return weights @ v


# %% wrong: dot-products-not-cosines, expect: Your queries and keys are not normalised
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = q @ k.transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return weights @ v


# %% wrong: dropout-on-the-weights, expect: dropout
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1)
    weights = F.dropout(weights, 0.1)
    return weights @ v


# %% wrong: exp-without-the-maximum, expect: Your softmax gives NaN where the logits are large
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    weights = torch.exp(transform(cosines))
    weights = weights / weights.sum(dim=-1, keepdim=True)
    return weights @ v


# %% wrong: heads-joined-already, expect: Expected shape
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return (weights @ v).transpose(1, 2).flatten(2)


# %% wrong: keys-not-normalized, expect: Only the queries are normalised
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, dim=-1) @ k.transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return weights @ v


# %% wrong: length-of-the-whole-tensor, expect: that of the whole tensor
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = (q / q.norm().clamp_min(1e-12)) @ (k / k.norm().clamp_min(1e-12)).transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return weights @ v


# %% wrong: no-eps, expect: You divide by the bare length
def cosine_attention(q, k, v, transform):
    q = q / q.norm(dim=-1, keepdim=True)
    k = k / k.norm(dim=-1, keepdim=True)
    return transform(q @ k.transpose(-2, -1)).softmax(-1) @ v


# %% wrong: no-softmax, expect: softmax
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    weights = transform(cosines)
    return weights @ v


# %% wrong: normalize-over-the-heads, expect: You normalise over the heads
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q) @ F.normalize(k).transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return weights @ v


# %% wrong: normalize-over-the-tokens, expect: You normalise over the tokens
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, dim=2) @ F.normalize(k, dim=2).transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return weights @ v


# %% wrong: result-cut-to-shape-of-q, expect: is invalid for input of size
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return (weights @ v).reshape(q.shape)


# %% wrong: sdpa-adds-the-cosines-again, expect: in your logits twice
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    q, k = F.normalize(q, dim=-1), F.normalize(k, dim=-1)
    logits = transform(q @ k.transpose(-2, -1))
    return F.scaled_dot_product_attention(q, k, v, attn_mask=logits, scale=1.0)


# %% wrong: softmax-in-float32, expect: makes a tensor float32
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1, dtype=torch.float32).to(v.dtype)
    return weights @ v


# %% wrong: softmax-over-queries, expect: Your softmax runs over the queries
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-2)
    return weights @ v


# %% wrong: sqrt-d, expect: sqrt(d)
def cosine_attention(q, k, v, transform):
    cosine = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).mT / q.shape[-1] ** 0.5
    return transform(cosine).softmax(-1) @ v


# %% wrong: sum-of-absolute-values-as-length, expect: length
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, p=1, dim=-1) @ F.normalize(k, p=1, dim=-1).transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return weights @ v


# %% wrong: transform-after-the-softmax, expect: You call `transform` on the weights
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    weights = transform(torch.softmax(cosines, dim=-1))
    return weights @ v


# %% wrong: transform-called-twice, expect: Input `transform`: your code calls it 2 times; once is enough
def cosine_attention(q, k, v, transform):
    q = F.normalize(q, dim=-1)
    k = F.normalize(k, dim=-1)
    logits = q @ k.transpose(-2, -1)
    highest = transform(logits).amax(dim=-1, keepdim=True)
    weights = torch.exp(transform(logits) - highest)
    return weights / weights.sum(dim=-1, keepdim=True) @ v


# %% wrong: transform-forgotten, expect: transform
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    weights = torch.softmax(cosines, dim=-1)
    return weights @ v


# %% wrong: transform-head-by-head, expect: at non-singleton dimension 0
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    out = []
    for i in range(q.shape[1]):
        cosines = F.normalize(q[:, i], dim=-1) @ F.normalize(k[:, i], dim=-1).transpose(1, 2)
        out.append(transform(cosines).softmax(-1) @ v[:, i])
    return torch.stack(out, dim=1)


# %% wrong: values-normalized-as-well, expect: values
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return weights @ F.normalize(v, dim=-1)


# %% wrong: zero-vector-divided-by-zero, expect: You divide by the bare length
def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    """Attention whose logits are transform(cosines of queries and keys)."""
    cosines = (q / q.norm(dim=-1, keepdim=True)) @ (k / k.norm(dim=-1, keepdim=True)).transpose(-2, -1)
    weights = torch.softmax(transform(cosines), dim=-1)
    return weights @ v
