def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
    h, w = query.shape[2:]
    s_mask = F.interpolate(support_mask.to(query.dtype).unsqueeze(1), size=(h, w), mode="bilinear", align_corners=True)
    maps = [prior_mask(query, support, support_mask)]
    for i in range(len(blocks)):
        q_mask = maps[0] if i == 0 else (maps[i] > 0.5).to(query.dtype)
        query, support = blocks[i](query, support, q_mask, s_mask)
        maps.append(prototype_segmentation(query, masked_average_pool(support, support_mask), threshold, scale))
    return maps[1:]
