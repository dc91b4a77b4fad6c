def _stretch(n, m, like):
    """The (n, m) matrix that enlarges n numbers to m, linearly."""
    eye = torch.eye(n, dtype=like.dtype, device=like.device)
    return F.interpolate(eye[None], size=m, mode="linear", align_corners=False)[0]


def masked_average_pool(features, mask):
    # <A f, m> = <f, A' m>: bring the mask down by the adjoint, no large features needed
    mask = mask.to(features.dtype)
    rows = _stretch(features.shape[2], mask.shape[1], features)
    cols = _stretch(features.shape[3], mask.shape[2], features)
    small = rows @ mask @ cols.T
    sums = (features * small[:, None]).flatten(2).sum(2)
    return sums / (mask.flatten(1).sum(1)[:, None] + 1e-5)
