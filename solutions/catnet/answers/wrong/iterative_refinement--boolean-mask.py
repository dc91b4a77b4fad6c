# expect: is boolean
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = maps[-1] > 0.5
    return maps
