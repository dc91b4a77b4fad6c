import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: halves
def both(q, k, v, block):
    if k.shape[1] <= block:
        z = q @ k.transpose(1, 2)
        top = z.amax(2, keepdim=True)
        e = (z - top).exp()
        return top, e.sum(2, keepdim=True), e @ v
    half = k.shape[1] // 2
    (m1, s1, o1), (m2, s2, o2) = both(q, k[:, :half], v[:, :half], block), both(q, k[:, half:], v[:, half:], block)
    top = torch.maximum(m1, m2)
    a, b = torch.exp(m1 - top), torch.exp(m2 - top)
    return top, a * s1 + b * s2, a * o1 + b * o2


def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(block)
    top, total, out = both(q, k, v, block)
    return out / total


# %% right: logsumexp
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block < 1")
    outs, lses = [], []
    for kb, vb in zip(torch.split(k, block, 1), torch.split(v, block, 1)):
        s = torch.matmul(q, kb.transpose(-1, -2))
        lses.append(torch.logsumexp(s, dim=-1))
        outs.append(torch.matmul(torch.softmax(s, dim=-1), vb))
    share = torch.softmax(torch.stack(lses, dim=-1), dim=-1)
    return sum(o * share[..., i:i + 1] for i, o in enumerate(outs))


# %% right: loop
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        m = m_new
    return o / l


# %% right: ones-column
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(f"expected block >= 1, got {block}")
    v = torch.cat([v, torch.ones_like(v[..., :1])], dim=-1)  # the sum is one more value
    top = torch.full_like(q[..., :1], -torch.inf).detach()
    acc = 0
    while k.shape[1]:
        z = torch.einsum("bnd,bmd->bnm", q, k[:, :block])
        new = torch.maximum(top, z.detach().amax(-1, keepdim=True))
        acc = acc * torch.exp(top - new) + torch.exp(z - new) @ v[:, :block]
        top, k, v = new, k[:, block:], v[:, block:]
    return acc[..., :-1] / acc[..., -1:]


# %% right: recomputed
from torch.utils.checkpoint import checkpoint


def step(q, kb, vb, m, l, o):
    s = q @ kb.mT
    new = torch.maximum(m, s.amax(-1, keepdim=True))
    a, p = torch.exp(m - new), torch.exp(s - new)
    return new, l * a + p.sum(-1, keepdim=True), o * a + p @ vb


def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("no block")
    m, l = torch.full_like(q[:, :, :1], -torch.inf), torch.zeros_like(q[:, :, :1])
    o = q.new_zeros(*q.shape[:2], v.shape[2])
    for kb, vb in zip(k.split(block, 1), v.split(block, 1)):
        m, l, o = checkpoint(step, q, kb, vb, m, l, o, use_reentrant=False)
    return o / l


# %% right: rows
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(f"block is {block}")
    out = torch.empty(q.shape[0], q.shape[1], v.shape[2], dtype=v.dtype, device=v.device)
    for i in range(0, q.shape[1], block):
        out[:, i:i + block] = (q[:, i:i + block] @ k.transpose(1, 2)).softmax(dim=-1) @ v
    return out


# %% right: two-passes
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(f"block must be positive, not {block}")
    pairs = list(zip(k.split(block, dim=1), v.split(block, dim=1)))
    with torch.no_grad():  # the softmax does not depend on what is subtracted
        tops = torch.cat([(q @ keys.mT).amax(-1, keepdim=True) for keys, _ in pairs], dim=-1)
        top = tops.amax(-1, keepdim=True)
    sums, outs = [], []
    for keys, values in pairs:
        weights = (q @ keys.mT - top).exp()
        sums.append(weights.sum(-1, keepdim=True))
        outs.append(weights @ values)
    return sum(outs) / sum(sums)


# %% wrong: assert, expect: ValueError
def streaming_attention(q, k, v, block=64):
    assert block >= 1
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        m = m_new
    return o / l


# %% wrong: chunk, expect: makes a tensor of 524,288 elements, shape (1, 1024, 512)
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(f"block must be at least 1, got {block}")
    m = q.new_full((*q.shape[:2], 1), -torch.inf)
    s = torch.zeros_like(m)
    o = v.new_zeros(*q.shape[:2], v.shape[-1])
    for keys, values in zip(k.chunk(block, dim=1), v.chunk(block, dim=1)):
        logits = q @ keys.transpose(1, 2)
        new = torch.maximum(m, logits.amax(dim=-1, keepdim=True))
        weights = torch.exp(logits - new)
        s = s * torch.exp(m - new) + weights.sum(dim=-1, keepdim=True)
        o = o * torch.exp(m - new) + weights @ values
        m = new
    return o / s


# %% wrong: divided-in-each-block, expect: divide by the sum in every block
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        o = o / l
        m = m_new
    return o


# %% wrong: eps, expect: right to about
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        m = m_new
    return o / (l + 1e-8)


# %% wrong: factor-upside-down, expect: If you swap the two, the factor is infinite there
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(f"block is {block}, it must be at least 1")
    m = torch.full_like(q[..., :1], -torch.inf)
    s = torch.zeros_like(m)
    o = torch.zeros(*q.shape[:2], v.shape[-1], dtype=q.dtype, device=q.device)
    for keys, values in zip(k.split(block, 1), v.split(block, 1)):
        logits = q @ keys.transpose(1, 2)
        new = torch.maximum(m, logits.amax(-1, keepdim=True))
        factor = torch.exp(new - m)
        w = torch.exp(logits - new)
        s = s * factor + w.sum(-1, keepdim=True)
        o = o * factor + w @ values
        m = new
    return o / s


# %% wrong: four-blocks, expect: makes a tensor of
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(block)
    pieces = [(q @ kb.mT, vb) for kb, vb in zip(k.chunk(4, 1), v.chunk(4, 1))]
    top = torch.stack([z.amax(-1) for z, _ in pieces]).amax(0)[..., None]
    weights = [(z - top).exp() for z, _ in pieces]
    total = sum(w.sum(-1, keepdim=True) for w in weights)
    return sum(w @ vb for w, (_, vb) in zip(weights, pieces)) / total


# %% wrong: maximum-from-zero, expect: Start at minus infinity
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        m = m_new
    return o / l


# %% wrong: maximum-of-block, expect: the maximum of a single block
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = s.max(dim=-1, keepdim=True).values
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        m = m_new
    return o / l


# %% wrong: maximum-of-first-block, expect: the maximum of a single block
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(block)
    top = (q @ k[:, :block].mT).amax(-1, keepdim=True)
    total = out = 0
    for i in range(0, k.shape[1], block):
        e = (q @ k[:, i:i + block].mT - top).exp()
        total, out = total + e.sum(-1, keepdim=True), out + e @ v[:, i:i + block]
    return out / total


# %% wrong: maximum-over-batch, expect: runs over the batch
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = torch.maximum(m, s.amax(dim=(0, 2), keepdim=True))
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        m = m_new
    return o / l


# %% wrong: maximum-overwritten-first, expect: you rescale neither the sum nor the output
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
        p = torch.exp(s - m)
        l = l + p.sum(dim=-1, keepdim=True)
        o = o + p @ v[:, start:start + block]
    return o / l


# %% wrong: mean-of-blocks, expect: softmax within each block and average
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(block)
    parts = [(q @ kb.mT).softmax(-1) @ vb for kb, vb in zip(k.split(block, 1), v.split(block, 1))]
    return torch.stack(parts).mean(0)


# %% wrong: no-error, expect: Your function accepts a block below 1
def streaming_attention(q, k, v, block=64):
    block = max(block, 1)
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        m = m_new
    return o / l


# %% wrong: no-grad, expect: computed without gradients
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    q, k, v = q.detach(), k.detach(), v.detach()
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        m = m_new
    return o / l


# %% wrong: no-maximum, expect: exp of the logits themselves
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(block)
    total = out = 0
    for i in range(0, k.shape[1], block):
        e = (q @ k[:, i:i + block].mT).exp()
        total, out = total + e.sum(-1, keepdim=True), out + e @ v[:, i:i + block]
    return out / total


# %% wrong: not-divided, expect: division at the end is missing
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        m = m_new
    return o


# %% wrong: on-the-cpu, expect: made on the CPU
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype)
    l = torch.zeros((B, N, 1), dtype=q.dtype)
    o = torch.zeros((B, N, E), dtype=q.dtype)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        m = m_new
    return o / l


# %% wrong: one-maximum, expect: one maximum for all queries
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = torch.maximum(m, s.max())
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        m = m_new
    return o / l


# %% wrong: output-not-rescaled, expect: rescale the sum but not the output
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o + p @ v[:, start:start + block]
        m = m_new
    return o / l


# %% wrong: over-queries
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = torch.maximum(m, s.max(dim=1, keepdim=True).values)
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        m = m_new
    return o / l


# %% wrong: padded-with-minus-infinity, expect: holds only padding
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(block)
    real = k.shape[1]
    k, v = (torch.nn.functional.pad(t, (0, 0, 0, block)) for t in (k, v))
    top = torch.full_like(q[..., :1], -torch.inf)
    total, out = torch.zeros_like(top), 0
    for i in range(0, k.shape[1], block):
        z = q @ k[:, i:i + block].mT
        z[..., max(0, real - i):] = -torch.inf
        new = z.amax(-1, keepdim=True)
        e, a = (z - new).exp(), (top - new).exp()
        total, out, top = total * a + e.sum(-1, keepdim=True), out * a + e @ v[:, i:i + block], new
    return out / total


# %% wrong: padded-with-zeros, expect: with keys of zeros
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(block)
    rest = -k.shape[1] % block
    k, v = (torch.nn.functional.pad(t, (0, 0, 0, rest)) for t in (k, v))
    top = torch.full_like(q[..., :1], -torch.inf)
    total, out = torch.zeros_like(top), 0
    for kb, vb in zip(k.split(block, 1), v.split(block, 1)):
        z = q @ kb.mT
        new = torch.maximum(top, z.amax(-1, keepdim=True))
        e, a = (z - new).exp(), (top - new).exp()
        total, out, top = total * a + e.sum(-1, keepdim=True), out * a + e @ vb, new
    return out / total


# %% wrong: rest-lost, expect: You leave out the last block if it is shorter
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(block)
    block = min(block, k.shape[1])
    top = torch.full_like(q[..., :1], -torch.inf)
    total, out = torch.zeros_like(top), 0
    for n in range(k.shape[1] // block):
        z = q @ k[:, n * block:(n + 1) * block].mT
        new = torch.maximum(top, z.amax(-1, keepdim=True))
        e, a = (z - new).exp(), (top - new).exp()
        total, out, top = total * a + e.sum(-1, keepdim=True), out * a + e @ v[:, n * block:(n + 1) * block], new
    return out / total


# %% wrong: scaled, expect: divide the logits by sqrt(D)
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2) / D ** 0.5
        m_new = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        m = m_new
    return o / l


# %% wrong: sum-not-rescaled, expect: rescale the output but not the sum
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for start in range(0, M, block):
        s = q @ k[:, start:start + block].transpose(1, 2)
        m_new = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ v[:, start:start + block]
        m = m_new
    return o / l


# %% wrong: weights-of-old-maximum, expect: Compute the weights with the new maximum, and not with the old one
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(f"block is {block}, it must be at least 1")
    m = torch.full_like(q[..., :1], -torch.inf)
    s = torch.zeros_like(m)
    o = torch.zeros(*q.shape[:2], v.shape[-1], dtype=q.dtype, device=q.device)
    for keys, values in zip(k.split(block, 1), v.split(block, 1)):
        logits = q @ keys.transpose(1, 2)
        new = torch.maximum(m, logits.amax(-1, keepdim=True))
        factor = torch.exp(m - new)
        w = torch.exp(logits - m)
        s = s * factor + w.sum(-1, keepdim=True)
        o = o * factor + w @ values
        m = new
    return o / s


# %% wrong: whole-matrix, expect: makes a tensor of 1,048,576 elements
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(block)
    return (q @ k.mT).softmax(-1) @ v
