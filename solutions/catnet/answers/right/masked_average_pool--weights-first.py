def masked_average_pool(features, mask):
    enlarged = F.interpolate(features, mask.shape[-2:], mode="bilinear", align_corners=False)
    weight = mask.to(features.dtype).flatten(1)
    weight = weight / (weight.sum(dim=1, keepdim=True) + 10 ** -5)
    return (enlarged.flatten(2) * weight[:, None, :]).sum(-1)
