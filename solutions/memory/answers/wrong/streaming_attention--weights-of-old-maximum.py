# expect: the weights use the new maximum
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
