def masked_average_pool(features, mask):
    up = nn.Upsample(size=mask.shape[-2:], mode="bilinear", align_corners=False)
    weights = mask.unsqueeze(1).to(features)
    weights = weights / (weights.sum(dim=(-2, -1), keepdim=True) + 1e-5)
    return torch.sum(up(features) * weights, dim=(-2, -1))
