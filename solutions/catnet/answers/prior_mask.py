import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: as-in-the-hints
def prior_mask(query, support, support_mask):
    B, C, h, w = query.shape
    mask = F.interpolate(support_mask.unsqueeze(1).type_as(support), size=(h, w), mode='bilinear', align_corners=True)
    support = support * mask
    q = query.flatten(2)
    s = support.flatten(2).transpose(1, 2)
    similarity = torch.bmm(s, q) / (torch.bmm(s.norm(dim=2, keepdim=True), q.norm(dim=1, keepdim=True)) + 1e-7)
    similarity, _ = similarity.max(dim=1)
    lowest = similarity.min(dim=1, keepdim=True).values
    highest = similarity.max(dim=1, keepdim=True).values
    similarity = (similarity - lowest) / (highest - lowest + 1e-7)
    return similarity.view(B, 1, h, w)


# %% right: bmm-helpers
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


# %% right: broadcast
def prior_mask(query, support, support_mask):
    h, w = support.shape[-2:]
    smaller = nn.Upsample(size=(h, w), mode="bilinear", align_corners=True)(support_mask[:, None, :, :])
    s = torch.einsum("bchw,bohw->bchw", support, smaller)[:, :, None, None]     # (B, C, 1, 1, h, w)
    q = query[..., None, None]                                                 # (B, C, h, w, 1, 1)
    cos = (q * s).sum(1) / (torch.linalg.vector_norm(q, dim=1) * torch.linalg.vector_norm(s, dim=1) + 1e-7)
    top = cos.amax(dim=(3, 4))
    i, j = top.flatten(1).argmin(1, keepdim=True), top.flatten(1).argmax(1, keepdim=True)
    small, large = top.flatten(1).gather(1, i), top.flatten(1).gather(1, j)
    return ((top - small[..., None]) / (large - small + 1e-7)[..., None]).unsqueeze(1)


# %% right: einsum
def prior_mask(query, support, support_mask):
    B, C, h, w = query.shape
    m = F.interpolate(support_mask.unsqueeze(1), size=(h, w), mode="bilinear", align_corners=True)
    s = (support * m).reshape(B, C, h * w)
    q = query.reshape(B, C, h * w)
    dots = torch.einsum("bcq,bcs->bqs", q, s)
    lengths = torch.einsum("bq,bs->bqs", torch.linalg.norm(q, dim=1), torch.linalg.norm(s, dim=1))
    value = (dots / (lengths + 1e-7)).max(dim=2).values
    mini = value.min(dim=1, keepdim=True).values
    maxi = value.max(dim=1, keepdim=True).values
    return ((value - mini) / (maxi - mini + 1e-7)).reshape(B, 1, h, w)


# %% right: image-by-image
def prior_mask(query, support, support_mask):
    h, w = query.shape[-2:]
    small = F.interpolate(support_mask[:, None].to(support.dtype), size=(h, w), mode="bilinear", align_corners=True)
    maps = []
    for q, s, m in zip(query, support, small):
        s = (s * m).flatten(1).T
        q = q.flatten(1)
        similarity = s @ q / (s.norm(dim=1)[:, None] * q.norm(dim=0)[None] + 1e-7)
        best = similarity.max(dim=0).values
        maps.append(((best - best.min()) / (best.max() - best.min() + 1e-7)).view(1, h, w))
    return torch.stack(maps)


# %% right: loop-images
def prior_mask(query, support, support_mask):
    result = []
    for q, s, m in zip(query, support, support_mask):
        m = F.interpolate(m[None, None], size=s.shape[1:], mode="bilinear", align_corners=True)[0]
        s = (s * m).flatten(1).T                 # (N, C)
        t = q.flatten(1)                         # (C, N)
        cosines = (s @ t) / (torch.outer(s.norm(dim=1), t.norm(dim=0)) + 1e-7)
        best, _ = cosines.max(dim=0)
        best = (best - best.min()) / (best.max() - best.min() + 1e-7)
        result.append(best.reshape(1, *q.shape[1:]))
    return torch.stack(result)


# %% right: plain
def prior_mask(
    query: torch.Tensor, support: torch.Tensor, support_mask: torch.Tensor
) -> torch.Tensor:
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    s, q = (support * small).flatten(2), query.flatten(2)
    lengths = s.norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :]
    best = (s.transpose(1, 2) @ q / (lengths + 1e-7)).amax(dim=1)
    low, high = best.amin(dim=1, keepdim=True), best.amax(dim=1, keepdim=True)
    return ((best - low) / (high - low + 1e-7)).unflatten(1, query.shape[-2:])[:, None]


# %% right: row-by-row
def prior_mask(query, support, support_mask):
    """One query row at a time: the matrix N x N is never held as a whole."""
    h, w = query.shape[-2:]
    small = F.interpolate(support_mask[:, None].to(support.dtype), (h, w), mode="bilinear", align_corners=True)
    keys = (support * small).flatten(2)[:, :, None, :]
    key_lengths = keys.norm(dim=1)
    rows = []
    for i in range(h):
        row = query[:, :, i, :, None]
        cosines = (row * keys).sum(1) / (row.norm(dim=1) * key_lengths + 1e-7)
        rows.append(cosines.amax(-1))
    v = torch.stack(rows, dim=1)[:, None]
    lowest = v.flatten(1).min(1)[0][:, None, None, None]
    highest = v.flatten(1).max(1)[0][:, None, None, None]
    return (v - lowest) / (highest - lowest + 1e-7)


# %% right: vmap
def _one(q, s, m):
    s, flat = (s * m).flatten(1), q.flatten(1)
    cosines = s.mT @ flat / (s.norm(dim=0)[:, None] * flat.norm(dim=0) + 1e-7)
    best = cosines.amax(0)
    return ((best - best.amin()) / (best.amax() - best.amin() + 1e-7)).reshape(1, *q.shape[1:])


def prior_mask(query, support, support_mask):
    masks = F.interpolate(support_mask[:, None], support.shape[2:], mode="bilinear", align_corners=True)
    return torch.vmap(_one)(query, support, masks)


# %% wrong: cosine-epsilon-1e-5, expect: a small constant such as eps
def prior_mask(
    query: torch.Tensor, support: torch.Tensor, support_mask: torch.Tensor
) -> torch.Tensor:
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    s, q = (support * small).flatten(2), query.flatten(2)
    lengths = s.norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :]
    best = (s.transpose(1, 2) @ q / (lengths + 1e-5)).amax(dim=1)
    low, high = best.amin(dim=1, keepdim=True), best.amax(dim=1, keepdim=True)
    return ((best - low) / (high - low + 1e-7)).unflatten(1, query.shape[-2:])[:, None]


# %% wrong: cosine-no-epsilon, expect: Add 1e-7 to the product of the lengths
def prior_mask(
    query: torch.Tensor, support: torch.Tensor, support_mask: torch.Tensor
) -> torch.Tensor:
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    s, q = (support * small).flatten(2), query.flatten(2)
    lengths = s.norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :]
    best = (s.transpose(1, 2) @ q / lengths).amax(dim=1)
    low, high = best.amin(dim=1, keepdim=True), best.amax(dim=1, keepdim=True)
    return ((best - low) / (high - low + 1e-7)).unflatten(1, query.shape[-2:])[:, None]


# %% wrong: default-corners, expect: align_corners=False
def prior_mask(query, support, support_mask):
    h, w = query.shape[2:]
    m = F.interpolate(support_mask[:, None].to(support.dtype), (h, w), mode="bilinear")
    s, q = (support * m).flatten(2), query.flatten(2)
    similarity = s.transpose(1, 2) @ q / (s.norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :] + 1e-7)
    best = similarity.max(1).values
    low, high = best.min(1, keepdim=True).values, best.max(1, keepdim=True).values
    return ((best - low) / (high - low + 1e-7)).view(-1, 1, h, w)


# %% wrong: epsilon-in-each-length, expect: You add 1e-7 to each length
def prior_mask(query, support, support_mask):
    result = []
    for q, s, m in zip(query, support, support_mask):
        m = F.interpolate(m[None, None], size=s.shape[1:], mode="bilinear", align_corners=True)[0]
        s = (s * m).flatten(1).T                 # (N, C)
        t = q.flatten(1)                         # (C, N)
        cosines = (s @ t) / torch.outer(s.norm(dim=1) + 1e-7, t.norm(dim=0) + 1e-7)
        best, _ = cosines.max(dim=0)
        best = (best - best.min()) / (best.max() - best.min() + 1e-7)
        result.append(best.reshape(1, *q.shape[1:]))
    return torch.stack(result)


# %% wrong: first-mask-for-all, expect: only the first image is right
def prior_mask(query, support, support_mask):
    result = []
    for q, s, m in zip(query, support, support_mask):
        m = F.interpolate(support_mask[:1, None], size=s.shape[1:], mode="bilinear", align_corners=True)[0]
        s = (s * m).flatten(1).T                 # (N, C)
        t = q.flatten(1)                         # (C, N)
        cosines = (s @ t) / (torch.outer(s.norm(dim=1), t.norm(dim=0)) + 1e-7)
        best, _ = cosines.max(dim=0)
        best = (best - best.min()) / (best.max() - best.min() + 1e-7)
        result.append(best.reshape(1, *q.shape[1:]))
    return torch.stack(result)


# %% wrong: float, expect: its dtype is torch.float32
def prior_mask(
    query: torch.Tensor, support: torch.Tensor, support_mask: torch.Tensor
) -> torch.Tensor:
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    query, support, small = query.float(), support.float(), small.float()
    s, q = (support * small).flatten(2), query.flatten(2)
    lengths = s.norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :]
    best = (s.transpose(1, 2) @ q / (lengths + 1e-7)).amax(dim=1)
    low, high = best.amin(dim=1, keepdim=True), best.amax(dim=1, keepdim=True)
    return ((best - low) / (high - low + 1e-7)).unflatten(1, query.shape[-2:])[:, None]


# %% wrong: lengths-transposed, expect: You have swapped the lengths
def prior_mask(
    query: torch.Tensor, support: torch.Tensor, support_mask: torch.Tensor
) -> torch.Tensor:
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    s, q = (support * small).flatten(2), query.flatten(2)
    lengths = s.norm(dim=1)[:, None, :] * q.norm(dim=1)[:, :, None]
    best = (s.transpose(1, 2) @ q / (lengths + 1e-7)).amax(dim=1)
    low, high = best.amin(dim=1, keepdim=True), best.amax(dim=1, keepdim=True)
    return ((best - low) / (high - low + 1e-7)).unflatten(1, query.shape[-2:])[:, None]


# %% wrong: mask-of-query-and-support-product, expect: You multiply the query by the mask too
def prior_mask(
    query: torch.Tensor, support: torch.Tensor, support_mask: torch.Tensor
) -> torch.Tensor:
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    s, q = (support * small).flatten(2), (query * small).flatten(2)
    lengths = s.norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :]
    best = (s.transpose(1, 2) @ q / (lengths + 1e-7)).amax(dim=1)
    low, high = best.amin(dim=1, keepdim=True), best.amax(dim=1, keepdim=True)
    return ((best - low) / (high - low + 1e-7)).unflatten(1, query.shape[-2:])[:, None]


# %% wrong: maximum-over-the-query, expect: your map belongs to the support
def prior_mask(query, support, support_mask):
    h, w = query.shape[2:]
    m = F.interpolate(support_mask[:, None].to(support.dtype), (h, w), mode="bilinear", align_corners=True)
    s, q = (support * m).flatten(2), query.flatten(2)
    similarity = s.transpose(1, 2) @ q / (s.norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :] + 1e-7)
    best = similarity.max(2).values
    low, high = best.min(1, keepdim=True).values, best.max(1, keepdim=True).values
    return ((best - low) / (high - low + 1e-7)).view(-1, 1, h, w)


# %% wrong: no-stretch, expect: The last step is missing
def prior_mask(query, support, support_mask):
    h, w = query.shape[2:]
    m = F.interpolate(support_mask[:, None].to(support.dtype), (h, w), mode="bilinear", align_corners=True)
    s, q = (support * m).flatten(2), query.flatten(2)
    similarity = s.transpose(1, 2) @ q / (s.norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :] + 1e-7)
    return similarity.max(1).values.view(-1, 1, h, w)


# %% wrong: normalize-for-epsilon, expect: You do not add 1e-7 to the product of the lengths
def prior_mask(query, support, support_mask):
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    s = F.normalize((support * small).flatten(2), dim=1)
    q = F.normalize(query.flatten(2), dim=1)
    best = (s.mT @ q).amax(dim=1)
    low, high = best.amin(1, keepdim=True), best.amax(1, keepdim=True)
    return ((best - low) / (high - low + 1e-7)).reshape(len(query), 1, *query.shape[-2:])


# %% wrong: sqrt-at-zero, expect: The numbers are right, but a gradient is NaN
def prior_mask(
    query: torch.Tensor, support: torch.Tensor, support_mask: torch.Tensor
) -> torch.Tensor:
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    s, q = (support * small).flatten(2), query.flatten(2)
    lengths = (s ** 2).sum(dim=1).sqrt()[:, :, None] * q.norm(dim=1)[:, None, :]
    best = (s.transpose(1, 2) @ q / (lengths + 1e-7)).amax(dim=1)
    low, high = best.amin(dim=1, keepdim=True), best.amax(dim=1, keepdim=True)
    return ((best - low) / (high - low + 1e-7)).unflatten(1, query.shape[-2:])[:, None]


# %% wrong: stretch-divides-by-max, expect: You divide by the largest value
def prior_mask(
    query: torch.Tensor, support: torch.Tensor, support_mask: torch.Tensor
) -> torch.Tensor:
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    s, q = (support * small).flatten(2), query.flatten(2)
    lengths = s.norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :]
    best = (s.transpose(1, 2) @ q / (lengths + 1e-7)).amax(dim=1)
    low, high = best.amin(dim=1, keepdim=True), best.amax(dim=1, keepdim=True)
    return ((best - low) / (high + 1e-7)).unflatten(1, query.shape[-2:])[:, None]


# %% wrong: stretch-no-epsilon, expect: The last step divides by largest - smallest alone
def prior_mask(
    query: torch.Tensor, support: torch.Tensor, support_mask: torch.Tensor
) -> torch.Tensor:
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    s, q = (support * small).flatten(2), query.flatten(2)
    lengths = s.norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :]
    best = (s.transpose(1, 2) @ q / (lengths + 1e-7)).amax(dim=1)
    low, high = best.amin(dim=1, keepdim=True), best.amax(dim=1, keepdim=True)
    return ((best - low) / (high - low)).unflatten(1, query.shape[-2:])[:, None]


# %% wrong: stretch-per-row, expect: You take the smallest and the largest value of each row
def prior_mask(
    query: torch.Tensor, support: torch.Tensor, support_mask: torch.Tensor
) -> torch.Tensor:
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    s, q = (support * small).flatten(2), query.flatten(2)
    lengths = s.norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :]
    best = (s.transpose(1, 2) @ q / (lengths + 1e-7)).amax(dim=1)
    best = best.unflatten(1, query.shape[-2:])[:, None]
    low, high = best.amin(dim=-1, keepdim=True), best.amax(dim=-1, keepdim=True)
    return (best - low) / (high - low + 1e-7)


# %% wrong: support-detached, expect: Gradient of `support`: no gradient arrives
def prior_mask(query, support, support_mask):
    B, C, h, w = query.shape
    m = F.interpolate(support_mask.unsqueeze(1), size=(h, w), mode="bilinear", align_corners=True)
    s = (support.detach() * m).reshape(B, C, h * w)
    q = query.reshape(B, C, h * w)
    dots = torch.einsum("bcq,bcs->bqs", q, s)
    lengths = torch.einsum("bq,bs->bqs", torch.linalg.norm(q, dim=1), torch.linalg.norm(s, dim=1))
    value = (dots / (lengths + 1e-7)).max(dim=2).values
    mini = value.min(dim=1, keepdim=True).values
    maxi = value.max(dim=1, keepdim=True).values
    return ((value - mini) / (maxi - mini + 1e-7)).reshape(B, 1, h, w)


# %% wrong: transposed, expect: its axes are in the order (0, 1, 3, 2)
def prior_mask(query, support, support_mask):
    B, C, h, w = query.shape
    m = F.interpolate(support_mask.unsqueeze(1), size=(h, w), mode="bilinear", align_corners=True)
    s = (support * m).reshape(B, C, h * w)
    q = query.reshape(B, C, h * w)
    dots = torch.einsum("bcq,bcs->bqs", q, s)
    lengths = torch.einsum("bq,bs->bqs", torch.linalg.norm(q, dim=1), torch.linalg.norm(s, dim=1))
    value = (dots / (lengths + 1e-7)).max(dim=2).values
    mini = value.min(dim=1, keepdim=True).values
    maxi = value.max(dim=1, keepdim=True).values
    return ((value - mini) / (maxi - mini + 1e-7)).reshape(B, 1, h, w).mT


# %% wrong: unmasked-length, expect: You multiply the similarities by the mask, or you divide by the lengths before you mask
def prior_mask(
    query: torch.Tensor, support: torch.Tensor, support_mask: torch.Tensor
) -> torch.Tensor:
    small = F.interpolate(support_mask[:, None], support.shape[-2:], mode="bilinear", align_corners=True)
    s, q = (support * small).flatten(2), query.flatten(2)
    lengths = support.flatten(2).norm(dim=1)[:, :, None] * q.norm(dim=1)[:, None, :]
    best = (s.transpose(1, 2) @ q / (lengths + 1e-7)).amax(dim=1)
    low, high = best.amin(dim=1, keepdim=True), best.amax(dim=1, keepdim=True)
    return ((best - low) / (high - low + 1e-7)).unflatten(1, query.shape[-2:])[:, None]
