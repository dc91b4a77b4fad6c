# expect: that of one block alone
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(block)
    top = (q @ k[:, :block].mT).amax(-1, keepdim=True)
    total = out = 0
    for i in range(0, k.shape[1], block):
        e = (q @ k[:, i:i + block].mT - top).exp()
        total, out = total + e.sum(-1, keepdim=True), out + e @ v[:, i:i + block]
    return out / total
