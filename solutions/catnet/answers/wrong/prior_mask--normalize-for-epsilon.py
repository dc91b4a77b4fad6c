# expect: You do not add 1e-7 to the product of the lengths
def prior_mask(query, support, support_mask):
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    s = F.normalize((support * small).flatten(2), dim=1)
    q = F.normalize(query.flatten(2), dim=1)
    best = (s.mT @ q).amax(dim=1)
    low, high = best.amin(1, keepdim=True), best.amax(1, keepdim=True)
    return ((best - low) / (high - low + 1e-7)).reshape(len(query), 1, *query.shape[-2:])
