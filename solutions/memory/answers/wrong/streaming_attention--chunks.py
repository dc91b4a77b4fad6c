# expect: holds more at once
import torch


def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError("block must be at least 1")
    B, N, D = q.shape
    M, E = k.shape[1], v.shape[2]
    m = torch.full((B, N, 1), float("-inf"), dtype=q.dtype, device=q.device)
    l = torch.zeros((B, N, 1), dtype=q.dtype, device=q.device)
    o = torch.zeros((B, N, E), dtype=q.dtype, device=q.device)
    for keys, values in zip(k.chunk(block, dim=1), v.chunk(block, dim=1)):
        s = q @ keys.transpose(1, 2)
        m_new = torch.maximum(m, s.max(dim=-1, keepdim=True).values)
        p = torch.exp(s - m_new)
        alpha = torch.exp(m - m_new)
        l = l * alpha + p.sum(dim=-1, keepdim=True)
        o = o * alpha + p @ values
        m = m_new
    return o / l
