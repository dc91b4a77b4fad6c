def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
    query_mask = prior_mask(query, support, support_mask)
    mask = F.interpolate(support_mask[:, None].to(support.dtype), size=support.shape[-2:], mode='bilinear', align_corners=True)
    probabilities = []
    for block in blocks:
        query, support = block(query, support, query_mask, mask)
        prototype = masked_average_pool(support, support_mask)
        probability = prototype_segmentation(query, prototype, threshold, scale)
        probabilities.append(probability)
        query_mask = (probability > 0.5).to(query.dtype)
    return probabilities
