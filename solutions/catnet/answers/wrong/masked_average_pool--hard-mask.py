# expect: You round the mask to 0 and 1
def masked_average_pool(features: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean of the features under a mask, (B, C, h, w), (B, H, W) -> (B, C)."""
    m = (mask[:, None] > 0.5).to(features.dtype)
    large = F.interpolate(features, size=m.shape[-2:], mode="bilinear", align_corners=False)
    total = (large * m).sum(dim=(2, 3))
    return total / (m.sum(dim=(2, 3)) + 1e-5)
