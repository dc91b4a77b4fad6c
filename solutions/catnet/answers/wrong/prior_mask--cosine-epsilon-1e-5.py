# expect: a small constant such as eps
def prior_mask(
    query: torch.Tensor, support: torch.Tensor, support_mask: torch.Tensor
) -> torch.Tensor:
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    s, q = (support * small).flatten(2), query.flatten(2)
    lengths = s.norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :]
    best = (s.transpose(1, 2) @ q / (lengths + 1e-5)).amax(dim=1)
    low, high = best.amin(dim=1, keepdim=True), best.amax(dim=1, keepdim=True)
    return ((best - low) / (high - low + 1e-7)).unflatten(1, query.shape[-2:])[:, None]
