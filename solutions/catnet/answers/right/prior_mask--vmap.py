def _one(q, s, m):
    s, flat = (s * m).flatten(1), q.flatten(1)
    cosines = s.mT @ flat / (s.norm(dim=0)[:, None] * flat.norm(dim=0) + 1e-7)
    best = cosines.amax(0)
    return ((best - best.amin()) / (best.amax() - best.amin() + 1e-7)).reshape(1, *q.shape[1:])


def prior_mask(query, support, support_mask):
    masks = F.interpolate(support_mask[:, None], support.shape[2:], mode="bilinear", align_corners=True)
    return torch.vmap(_one)(query, support, masks)
