def prior_mask(query, support, support_mask):
    """One query row at a time: the matrix N x N is never held as a whole."""
    h, w = query.shape[-2:]
    small = F.interpolate(support_mask[:, None].to(support.dtype), (h, w), mode="bilinear", align_corners=True)
    keys = (support * small).flatten(2)[:, :, None, :]
    key_lengths = keys.norm(dim=1)
    rows = []
    for i in range(h):
        row = query[:, :, i, :, None]
        cosines = (row * keys).sum(1) / (row.norm(dim=1) * key_lengths + 1e-7)
        rows.append(cosines.amax(-1))
    v = torch.stack(rows, dim=1)[:, None]
    lowest = v.flatten(1).min(1)[0][:, None, None, None]
    highest = v.flatten(1).max(1)[0][:, None, None, None]
    return (v - lowest) / (highest - lowest + 1e-7)
