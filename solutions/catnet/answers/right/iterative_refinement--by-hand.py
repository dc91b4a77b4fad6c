def _small(mask, size):
    return F.interpolate(mask[:, None], size=size, mode="bilinear", align_corners=True)


def _prior(q, s, m):
    s = (s * m).flatten(2)
    t = q.flatten(2)
    lengths = torch.einsum("bi,bj->bij", s.norm(dim=1), t.norm(dim=1))
    best = (torch.einsum("bci,bcj->bij", s, t) / (lengths + 1e-7)).amax(1)
    low = best.amin(1, keepdim=True)
    best = (best - low) / (best.amax(1, keepdim=True) - low + 1e-7)
    return best.unflatten(1, q.shape[2:]).unsqueeze(1)


def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
    m = _small(support_mask, query.shape[2:])
    guess = _prior(query, support, m)
    result = []
    for i in range(len(blocks)):
        query, support = blocks[i](query, support, guess, m)
        large = F.interpolate(support, support_mask.shape[1:], mode="bilinear", align_corners=False)
        weights = support_mask / (support_mask.sum((1, 2), keepdim=True) + 1e-5)
        prototype = torch.einsum("bchw,bhw->bc", large, weights)
        s = F.cosine_similarity(query, prototype[:, :, None, None], dim=1).unsqueeze(1)
        result.append(torch.sigmoid(0.5 * (scale * s + threshold)))
        guess = (result[i] > 0.5).to(query.dtype)
    return result
