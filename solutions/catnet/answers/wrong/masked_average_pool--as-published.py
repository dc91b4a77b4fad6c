def masked_average_pool(features, mask):
    features = F.interpolate(features, size=mask.shape[-2:], mode="bilinear")
    return torch.sum(features * mask[None, ...], dim=(2, 3)) / (mask[None, ...].sum(dim=(2, 3)) + 1e-5)
