# expect: padding alone
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
