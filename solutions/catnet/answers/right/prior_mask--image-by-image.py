def prior_mask(query, support, support_mask):
    h, w = query.shape[-2:]
    small = F.interpolate(support_mask[:, None].to(support.dtype), size=(h, w), mode="bilinear", align_corners=True)
    maps = []
    for q, s, m in zip(query, support, small):
        s = (s * m).flatten(1).T
        q = q.flatten(1)
        similarity = s @ q / (s.norm(dim=1)[:, None] * q.norm(dim=0)[None] + 1e-7)
        best = similarity.max(dim=0).values
        maps.append(((best - best.min()) / (best.max() - best.min() + 1e-7)).view(1, h, w))
    return torch.stack(maps)
