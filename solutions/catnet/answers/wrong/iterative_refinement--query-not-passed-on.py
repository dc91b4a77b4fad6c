# expect: The query is not kept
def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
    h, w = query.shape[2], query.shape[3]
    resized = F.interpolate(support_mask.unsqueeze(1), size=(h, w), mode="bilinear", align_corners=True)
    query_mask = prior_mask(query, support, support_mask)
    probabilities = []
    for block in blocks:
        q, s = block(query, support, query_mask, resized)
        p = prototype_segmentation(q, masked_average_pool(s, support_mask), threshold=threshold, scale=scale)
        probabilities.append(p)
        with torch.no_grad():
            query_mask = torch.where(p > 0.5, torch.ones_like(q[:, :1]), torch.zeros_like(q[:, :1]))
        support = s
    return probabilities
