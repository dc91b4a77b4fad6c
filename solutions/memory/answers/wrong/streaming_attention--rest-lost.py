# expect: is left out
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
