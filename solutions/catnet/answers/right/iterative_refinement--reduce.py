from functools import reduce


def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
    small = F.interpolate(support_mask[:, None], support.shape[2:], mode="bilinear", align_corners=True)

    def step(state, block):
        q, s, guess, maps = state
        q, s = block(q, s, guess, small)
        p = prototype_segmentation(q, masked_average_pool(s, support_mask), threshold, scale)
        hard = torch.heaviside(p.detach() - 0.5, torch.zeros((), dtype=p.dtype, device=p.device))
        return q, s, hard.to(q.dtype), maps + [p]

    start = query, support, prior_mask(query, support, support_mask), []
    return reduce(step, blocks, start)[3]
