# expect: has the mask's dtype
def masked_average_pool(features, mask):
    features = F.interpolate(features, size=mask.shape[-2:], mode="bilinear", align_corners=False)
    mask = mask[:, None]
    return (features * mask).sum(dim=(2, 3)) / (mask.sum(dim=(2, 3)) + 1e-5)
