# expect: threshold and scale by place
def prototype_segmentation(
    features: torch.Tensor,
    prototype: torch.Tensor,
    scale: float = 20.0,
    threshold: float = -10.0,
) -> torch.Tensor:
    s = F.cosine_similarity(features, prototype[:, :, None, None], dim=1)
    bracket = -scale * s - threshold
    return (1 - torch.sigmoid(0.5 * bracket))[:, None]
