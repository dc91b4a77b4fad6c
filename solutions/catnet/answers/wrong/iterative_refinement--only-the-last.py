# expect: You return the last map only
def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
    query_mask = prior_mask(query, support, support_mask)
    mask = F.interpolate(support_mask[:, None].to(support.dtype), size=support.shape[-2:], mode="bilinear", align_corners=True)
    found = []
    for block in blocks:
        query, support = block(query, support, query_mask, mask)
        prototype = masked_average_pool(support, support_mask)
        found.append(prototype_segmentation(query, prototype, threshold, scale))
        query_mask = (found[-1] > 0.5).to(query.dtype)
    return found[-1]
