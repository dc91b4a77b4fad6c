# expect: You multiply the sigmoid by 0.5
def prototype_segmentation(
    features: torch.Tensor,
    prototype: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> torch.Tensor:
    s = F.cosine_similarity(features, prototype[:, :, None, None], dim=1)
    bracket = -scale * s - threshold
    return (1 - 0.5 * torch.sigmoid(bracket))[:, None]
