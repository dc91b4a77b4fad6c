def _flat(f):
    return f.flatten(2).transpose(1, 2)


def _stretched(v):
    low = v.amin(dim=(1, 2, 3), keepdim=True)
    return (v - low) / (v.amax(dim=(1, 2, 3), keepdim=True) - low + 1e-7)


def prior_mask(query, support, support_mask):
    mask = F.interpolate(support_mask[:, None], size=query.shape[2:], mode="bilinear", align_corners=True)
    a, c = _flat(query), _flat(mask * support)
    norms = torch.bmm(torch.linalg.vector_norm(a, dim=2, keepdim=True),
                      torch.linalg.vector_norm(c, dim=2, keepdim=True).transpose(1, 2))
    cosines = torch.bmm(a, c.transpose(1, 2)) / (norms + 1e-7)
    return _stretched(cosines.amax(2).reshape(len(query), 1, *query.shape[2:]))
