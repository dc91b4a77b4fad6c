# expect: exp of the logits themselves
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(block)
    total = out = 0
    for i in range(0, k.shape[1], block):
        e = (q @ k[:, i:i + block].mT).exp()
        total, out = total + e.sum(-1, keepdim=True), out + e @ v[:, i:i + block]
    return out / total
