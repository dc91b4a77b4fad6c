# expect: your map belongs to the support
def prior_mask(query, support, support_mask):
    h, w = query.shape[2:]
    m = F.interpolate(support_mask[:, None].to(support.dtype), (h, w), mode="bilinear", align_corners=True)
    s, q = (support * m).flatten(2), query.flatten(2)
    similarity = s.transpose(1, 2) @ q / (s.norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :] + 1e-7)
    best = similarity.max(2).values
    low, high = best.min(1, keepdim=True).values, best.max(1, keepdim=True).values
    return ((best - low) / (high - low + 1e-7)).view(-1, 1, h, w)
