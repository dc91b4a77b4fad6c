import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: as-in-the-hints
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


# %% right: by-hand
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


# %% right: by-index
def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
    h, w = query.shape[2:]
    s_mask = F.interpolate(support_mask.to(query.dtype).unsqueeze(1), size=(h, w), mode="bilinear", align_corners=True)
    maps = [prior_mask(query, support, support_mask)]
    for i in range(len(blocks)):
        q_mask = maps[0] if i == 0 else (maps[i] > 0.5).to(query.dtype)
        query, support = blocks[i](query, support, q_mask, s_mask)
        maps.append(prototype_segmentation(query, masked_average_pool(support, support_mask), threshold, scale))
    return maps[1:]


# %% right: generator
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


# %% right: plain
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] > 0.5).to(query.dtype)
    return maps


# %% right: recursive
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


# %% right: reduce
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


# %% right: where
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
        query, support = q, s
    return probabilities


# %% wrong: at-least-half, expect: You count a probability of exactly 0.5 as the object
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] >= 0.5).to(query.dtype)
    return maps


# %% wrong: batch-of-one, expect: only the first image is right
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support[:1], support_mask[:1]).expand(len(query), -1)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] > 0.5).to(query.dtype)
    return maps


# %% wrong: boolean-mask, expect: is boolean
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = maps[-1] > 0.5
    return maps


# %% wrong: by-keywords, expect: You call a block with keyword arguments
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, query_mask=guess, support_mask=small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] > 0.5).to(query.dtype)
    return maps


# %% wrong: compares-the-old-query, expect: You segment the query as it was before the block
def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
    h, w = query.shape[2], query.shape[3]
    resized = F.interpolate(support_mask.unsqueeze(1), size=(h, w), mode="bilinear", align_corners=True)
    query_mask = prior_mask(query, support, support_mask)
    probabilities = []
    for block in blocks:
        q, s = block(query, support, query_mask, resized)
        p = prototype_segmentation(query, masked_average_pool(s, support_mask), threshold=threshold, scale=scale)
        probabilities.append(p)
        with torch.no_grad():
            query_mask = torch.where(p > 0.5, torch.ones_like(q[:, :1]), torch.zeros_like(q[:, :1]))
        query, support = q, s
    return probabilities


# %% wrong: concatenated, expect: Expected a list of 2, got a tensor
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] > 0.5).to(query.dtype)
    return torch.cat(maps, dim=1)


# %% wrong: cut-at-threshold, expect: From the second round on, your query's mask is 1 everywhere
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] > threshold).to(query.dtype)
    return maps


# %% wrong: empty-guess-falls-back, expect: the first map is exactly 0.5
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        new = (maps[-1] > 0.5).to(query.dtype)
        if new.sum() > 0:
            guess = new
    return maps


# %% wrong: float, expect: is float32
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] > 0.5).float()
    return maps


# %% wrong: map-before-the-block, expect: it is what output[0] should be
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        query, support = block(query, support, guess, small)
        guess = (maps[-1] > 0.5).to(query.dtype)
    return maps


# %% wrong: map-without-channel-axis, expect: axes of size 1 are missing
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] > 0.5).to(query.dtype)
    return [p[:, 0] for p in maps]


# %% wrong: only-the-last, expect: You return only the last map
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


# %% wrong: pictures-exchanged, expect: Pictures and masks do not match in your call of a block: one picture gets the other one's mask
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        support, query = block(support, query, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] > 0.5).to(query.dtype)
    return maps


# %% wrong: pools-the-old-support, expect: You pool the support as it was before the block
def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
    h, w = query.shape[2], query.shape[3]
    resized = F.interpolate(support_mask.unsqueeze(1), size=(h, w), mode="bilinear", align_corners=True)
    query_mask = prior_mask(query, support, support_mask)
    probabilities = []
    for block in blocks:
        q, s = block(query, support, query_mask, resized)
        p = prototype_segmentation(q, masked_average_pool(support, support_mask), threshold=threshold, scale=scale)
        probabilities.append(p)
        with torch.no_grad():
            query_mask = torch.where(p > 0.5, torch.ones_like(q[:, :1]), torch.zeros_like(q[:, :1]))
        query, support = q, s
    return probabilities


# %% wrong: prior-again-each-block, expect: You call prior_mask again in each round
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = prior_mask(query, support, support_mask)
    return maps


# %% wrong: prior-as-first-map, expect: got a list of 3
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = [guess]
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] > 0.5).to(query.dtype)
    return maps


# %% wrong: prior-detached, expect: The numbers are right, but the prior mask is detached
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask).detach()
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] > 0.5).to(query.dtype)
    return maps


# %% wrong: prior-in-every-round, expect: You use the prior mask in every round
def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
    query_mask = prior_mask(query, support, support_mask)
    mask = F.interpolate(support_mask[:, None].to(support.dtype), size=support.shape[-2:], mode="bilinear", align_corners=True)
    found = []
    for block in blocks:
        query, support = block(query, support, query_mask, mask)
        prototype = masked_average_pool(support, support_mask)
        found.append(prototype_segmentation(query, prototype, threshold, scale))
    return found


# %% wrong: prototype-of-the-query, expect: Your prototype is pooled from the query under the query's mask
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(query, guess[:, 0])
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] > 0.5).to(query.dtype)
    return maps


# %% wrong: query-not-passed-on, expect: You do not keep the refined query: each block starts again from the original query
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


# %% wrong: soft-mask, expect: Your next round's mask is the probability itself
def iterative_refinement(blocks, query, support, support_mask, threshold=-10.0, scale=20.0):
    query_mask = prior_mask(query, support, support_mask)
    mask = F.interpolate(support_mask[:, None].to(support.dtype), size=support.shape[-2:], mode="bilinear", align_corners=True)
    found = []
    for block in blocks:
        query, support = block(query, support, query_mask, mask)
        prototype = masked_average_pool(support, support_mask)
        found.append(prototype_segmentation(query, prototype, threshold, scale))
        query_mask = found[-1]
    return found


# %% wrong: straight-through, expect: The numbers are right, but your mask passes a gradient back to the map that it was made from
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] > 0.5).to(query.dtype) + maps[-1] - maps[-1].detach()
    return maps


# %% wrong: support-mask-becomes-guess, expect: You replace the support's mask too
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] > 0.5).to(query.dtype)
        small = guess
    return maps


# %% wrong: support-mask-changed-in-place, expect: Input `support_mask`: your code
def iterative_refinement(
    blocks,
    query: torch.Tensor,
    support: torch.Tensor,
    support_mask: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[torch.Tensor]:
    guess = prior_mask(query, support, support_mask)
    support_mask /= support_mask.amax().clamp(min=1e-7)
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    maps = []
    for block in blocks:
        query, support = block(query, support, guess, small)
        prototype = masked_average_pool(support, support_mask)
        maps.append(prototype_segmentation(query, prototype, threshold, scale))
        guess = (maps[-1] > 0.5).to(query.dtype)
    return maps


# %% wrong: support-not-passed-on, expect: You do not keep the refined support: each block starts again from the original support
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
        query = q
    return probabilities
