def masked_average_pool(features: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean of the features under a mask, (B, C, h, w), (B, H, W) -> (B, C)."""
    m = mask[:, None].to(features.dtype)
    large = F.interpolate(features, size=m.shape[-2:], mode="bilinear", align_corners=False)
    total = (large * m).sum(dim=(2, 3))
    return total / (m.sum(dim=(2, 3)) + 1e-5)
