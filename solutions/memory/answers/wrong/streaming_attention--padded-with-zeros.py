# expect: with keys of zeros
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
