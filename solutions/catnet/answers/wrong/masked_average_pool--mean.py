# expect: You divide by the number of all positions
def masked_average_pool(features, mask):
    features = F.interpolate(features, size=mask.shape[-2:], mode="bilinear", align_corners=False)
    return (features * mask[:, None]).mean(dim=(2, 3))
