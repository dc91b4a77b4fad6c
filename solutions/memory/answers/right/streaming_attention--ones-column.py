def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(f"expected block >= 1, got {block}")
    v = torch.cat([v, torch.ones_like(v[..., :1])], dim=-1)  # the sum is one more value
    top = torch.full_like(q[..., :1], -torch.inf).detach()
    acc = 0
    while k.shape[1]:
        z = torch.einsum("bnd,bmd->bnm", q, k[:, :block])
        new = torch.maximum(top, z.detach().amax(-1, keepdim=True))
        acc = acc * torch.exp(top - new) + torch.exp(z - new) @ v[:, :block]
        top, k, v = new, k[:, block:], v[:, block:]
    return acc[..., :-1] / acc[..., -1:]
