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
