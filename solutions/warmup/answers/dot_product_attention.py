import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: keys-first
# Works with transposed scores.


def dot_product_attention(q, k, v, scale=None):
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    scores = k @ q.transpose(1, 2)
    weights = (scores * scale).softmax(dim=1)
    return weights.transpose(1, 2) @ v


# %% right: one-query-after-the-other
def dot_product_attention(q, k, v, scale=None):
    if scale is None:
        scale = q.shape[-1] ** -0.5
    images = []
    for queries, keys, values in zip(q, k, v):
        rows = []
        for query in queries:
            z = keys @ query * scale
            e = torch.exp(z - z.max())
            weights = e / e.sum()
            rows.append(weights @ values)
        images.append(torch.stack(rows))
    return torch.stack(images)


# %% right: textbook
# As in most tutorials.


def dot_product_attention(q, k, v, scale=None):
    d_k = q.size(-1)
    if scale is None:
        scale = 1 / math.sqrt(d_k)
    scores = torch.matmul(q, k.transpose(-2, -1)) * scale
    p_attn = torch.softmax(scores, dim=-1)
    return torch.matmul(p_attn, v)


# %% wrong: divides, expect: divide the scores by `scale`
# Divides by a scale that is given.


def dot_product_attention(q, k, v, scale=None):
    if scale is None:
        scale = q.shape[2] ** -0.5
    return ((q @ k.mT) / scale).softmax(-1) @ v


# %% wrong: dot-t, edits, expect: `k.T` reverses all three axes
# Transposes all axes with .T.
# - weights = torch.softmax(scale * (q @ k.transpose(1, 2)), dim=-1)
# - return weights @ v
# + return (q @ k.T * scale).softmax(-1) @ v


# %% wrong: elementwise, edits, expect: multiplies element by element
# - weights = torch.softmax(scale * (q @ k.transpose(1, 2)), dim=-1)
# - return weights @ v
# + a = torch.softmax(q * k * scale, dim=-1)
# + return a @ v


# %% wrong: exp, expect: `exp` is infinite above 709
def dot_product_attention(q, k, v, scale=None):
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    e = torch.exp(scale * torch.einsum("bnd,bmd->bnm", q, k))
    return torch.einsum("bnm,bme->bne", e / e.sum(-1, keepdim=True), v)


# %% wrong: first-game-only, edits, expect: only the first image is right
# Works without a batch.
# - weights = torch.softmax(scale * (q @ k.transpose(1, 2)), dim=-1)
# - return weights @ v
# + out = torch.softmax(q[0] @ k[0].T * scale, dim=-1) @ v[0]
# + return out.expand(q.shape[0], -1, -1)


# %% wrong: forgot-transpose, edits, expect: Swap its last two axes first
# Multiplies q and k as they are.
# - weights = torch.softmax(scale * (q @ k.transpose(1, 2)), dim=-1)
# - return weights @ v
# + return (q @ k * scale).softmax(-1) @ v


# %% wrong: ignores-scale, expect: If a scale is given, use it instead
# Never looks at scale.


def dot_product_attention(q, k, v, scale=None):
    d = q.shape[-1]
    attn = torch.softmax(torch.einsum('bnd,bmd->bnm', q, k) / d ** 0.5, dim=-1)
    return torch.einsum('bnm,bme->bne', attn, v)


# %% wrong: maximum-from-zero, expect: too large for `exp` alone
def dot_product_attention(q, k, v, scale=None):
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    scores = scale * (q @ k.transpose(1, 2))
    best = torch.zeros_like(scores[..., :1])
    for m in range(scores.shape[-1]):
        best = torch.maximum(best, scores[..., m:m + 1])
    e = torch.exp(scores - best.detach())
    return e / e.sum(-1, keepdim=True) @ v


# %% wrong: no-softmax, edits, expect: softmax is missing
# Forgets the softmax.
# - weights = torch.softmax(scale * (q @ k.transpose(1, 2)), dim=-1)
# - return weights @ v
# + return q @ k.mT * scale @ v


# %% wrong: returns-both, edits, expect: Expected a tensor, got a tuple of 2
# Returns the weights too.
# - weights = torch.softmax(scale * (q @ k.transpose(1, 2)), dim=-1)
# - return weights @ v
# + w = torch.softmax(q @ k.mT * scale, dim=-1)
# + return (w @ v, w)


# %% wrong: scale-or, expect: treats a scale of 0 as no scale
# Takes a scale of 0 for none.


def dot_product_attention(q, k, v, scale=None):
    scale = scale or q.size(-1) ** -0.5
    return ((q @ k.mT) * scale).softmax(-1) @ v


# %% wrong: softmax-dim-1-and-scale-or, expect: softmax runs over the queries
# Two mistakes at once: the axis, and a scale of 0 taken for none.


def dot_product_attention(q, k, v, scale=None):
    scale = scale or q.shape[-1] ** -0.5
    weights = torch.softmax(scale * (q @ k.mT), dim=1)
    return weights @ v


# %% wrong: softmax-dim-1, expect: softmax runs over the queries
# Softmax over the queries.


def dot_product_attention(q, k, v, scale=None):
    if scale is None:
        scale = 1 / q.shape[-1] ** 0.5
    scores = torch.bmm(q, k.transpose(1, 2)) * scale
    return torch.bmm(torch.softmax(scores, 1), v)


# %% wrong: softmax-no-dim, expect: softmax runs over the batch
# Lets torch choose the axis.


def dot_product_attention(q, k, v, scale=None):
    scale = scale if scale is not None else q.shape[-1] ** -0.5
    return F.softmax(q @ k.transpose(-2, -1) * scale) @ v


# %% wrong: sqrt-multiplied, expect: multiply the scores by sqrt(D)
# Multiplies by the root.


def dot_product_attention(q, k, v, scale=None):
    if scale is None:
        scale = q.shape[2] ** 0.5
    return ((q @ k.mT) * scale).softmax(-1) @ v


# %% wrong: view, expect: so numbers of different keys get mixed
# Turns the keys by view.


def dot_product_attention(q, k, v, scale=None):
    B, M, D = k.shape
    if scale is None:
        scale = D ** -0.5
    w = torch.softmax(q @ k.reshape(B, D, M) * scale, dim=-1)
    return w @ v


# %% wrong: root-as-a-tensor, edits, expect: `sqrt` makes a tensor without a dtype, so it is float32
# - scale = q.shape[-1] ** (-0.5)
# + scale = 1 / torch.sqrt(torch.tensor(q.shape[-1]))
