def prior_mask(query, support, support_mask):
    h, w = support.shape[-2:]
    smaller = nn.Upsample(size=(h, w), mode="bilinear", align_corners=True)(support_mask[:, None, :, :])
    s = torch.einsum("bchw,bohw->bchw", support, smaller)[:, :, None, None]     # (B, C, 1, 1, h, w)
    q = query[..., None, None]                                                 # (B, C, h, w, 1, 1)
    cos = (q * s).sum(1) / (torch.linalg.vector_norm(q, dim=1) * torch.linalg.vector_norm(s, dim=1) + 1e-7)
    top = cos.amax(dim=(3, 4))
    i, j = top.flatten(1).argmin(1, keepdim=True), top.flatten(1).argmax(1, keepdim=True)
    small, large = top.flatten(1).gather(1, i), top.flatten(1).gather(1, j)
    return ((top - small[..., None]) / (large - small + 1e-7)[..., None]).unsqueeze(1)
