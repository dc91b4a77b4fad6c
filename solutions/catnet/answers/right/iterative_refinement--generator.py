def _steps(blocks, state, mask, read):
    query, support, guess = state
    for block in blocks:
        query, support = block(query, support, guess, mask)
        p = read(query, support)
        yield p
        guess = p.gt(0.5) * torch.ones_like(query[:, :1])


def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
    state = query, support, prior_mask(query, support, support_mask)
    mask = nn.functional.interpolate(support_mask[:, None], size=tuple(query.shape[-2:]), mode="bilinear", align_corners=True)
    read = lambda q, s: prototype_segmentation(q, masked_average_pool(s, support_mask), threshold, scale)
    return list(_steps(blocks, state, mask, read))
