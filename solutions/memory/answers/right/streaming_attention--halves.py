def both(q, k, v, block):
    if k.shape[1] <= block:
        z = q @ k.transpose(1, 2)
        top = z.amax(2, keepdim=True)
        e = (z - top).exp()
        return top, e.sum(2, keepdim=True), e @ v
    half = k.shape[1] // 2
    (m1, s1, o1), (m2, s2, o2) = both(q, k[:, :half], v[:, :half], block), both(q, k[:, half:], v[:, half:], block)
    top = torch.maximum(m1, m2)
    a, b = torch.exp(m1 - top), torch.exp(m2 - top)
    return top, a * s1 + b * s2, a * o1 + b * o2


def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(block)
    top, total, out = both(q, k, v, block)
    return out / total
