def _refine(blocks, query, support, guess, small, read):
    if not blocks:
        return []
    query, support = blocks[0](query, support, guess, small)
    p = read(query, support)
    return [p, *_refine(blocks[1:], query, support, (p > 0.5).type_as(query), small, read)]


def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
    def read(q, s):
        return prototype_segmentation(q, masked_average_pool(s, support_mask), threshold, scale)

    small = F.interpolate(support_mask[:, None], query.shape[-2:], mode="bilinear", align_corners=True)
    return _refine(list(blocks), query, support, prior_mask(query, support, support_mask), small, read)
