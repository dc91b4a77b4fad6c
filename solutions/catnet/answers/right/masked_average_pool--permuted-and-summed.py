def masked_average_pool(features, mask):
    B, C = features.shape[:2]
    H, W = mask.shape[1:]
    features = F.interpolate(features, size=(H, W), mode='bilinear', align_corners=False)
    mask = mask.to(features.dtype).reshape(B, H * W, 1)
    features = features.permute(0, 2, 3, 1).reshape(B, H * W, C)
    return (features * mask).sum(1) / (mask.sum(1) + 1e-5)
