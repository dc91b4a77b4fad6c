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
