# expect: Expected shape (2, 1, 3, 4), got (2, 1, 4, 3)
def prototype_segmentation(
    features: torch.Tensor,
    prototype: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> torch.Tensor:
    s = F.cosine_similarity(features, prototype[:, :, None, None], dim=-1)
    bracket = -scale * s - threshold
    return (1 - torch.sigmoid(0.5 * bracket))[:, None]
