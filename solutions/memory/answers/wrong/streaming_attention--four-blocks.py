# expect: makes a tensor of
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(block)
    pieces = [(q @ kb.mT, vb) for kb, vb in zip(k.chunk(4, 1), v.chunk(4, 1))]
    top = torch.stack([z.amax(-1) for z, _ in pieces]).amax(0)[..., None]
    weights = [(z - top).exp() for z, _ in pieces]
    total = sum(w.sum(-1, keepdim=True) for w in weights)
    return sum(w @ vb for w, (_, vb) in zip(weights, pieces)) / total
