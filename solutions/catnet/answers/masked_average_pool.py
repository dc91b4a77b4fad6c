import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: bmm
def masked_average_pool(features, mask):
    B, C = features.shape[:2]
    up = nn.Upsample(size=tuple(mask.shape[-2:]), mode="bilinear", align_corners=False)
    f = up(features).reshape(B, C, -1)
    m = mask.reshape(B, -1, 1).to(f.dtype)
    p = torch.bmm(f, m).squeeze(2)
    return p / (m.sum(1) + 1e-5)


# %% right: by-hand
def _places(n, m, device, dtype):
    at = ((torch.arange(m, device=device, dtype=dtype) + 0.5) * n / m - 0.5).clamp(min=0)
    low = at.floor().long().clamp(max=n - 1)
    high = (low + 1).clamp(max=n - 1)
    return low, high, at - low


def masked_average_pool(features, mask):
    H, W = mask.shape[-2:]
    top, bottom, dy = _places(features.shape[2], H, features.device, features.dtype)
    left, right, dx = _places(features.shape[3], W, features.device, features.dtype)
    rows = features[:, :, top] * (1 - dy)[:, None] + features[:, :, bottom] * dy[:, None]
    f = rows[..., left] * (1 - dx) + rows[..., right] * dx
    m = mask.unsqueeze(1).to(f.dtype)
    return (f * m).sum((-2, -1)) / (m.sum((-2, -1)) + 1e-5)


# %% right: einsum
def masked_average_pool(features, mask):
    mask = mask.to(features)
    big = F.interpolate(features, mask.shape[1:], mode="bilinear")
    return torch.einsum("bcij,bij->bc", big, mask) / (mask.sum((1, 2)) + 1e-5).unsqueeze(1)


# %% right: loop-images
def masked_average_pool(features, mask):
    prototypes = []
    H, W = mask.shape[1], mask.shape[2]
    for f, m in zip(features, mask):
        m = m.type(f.dtype)
        f = F.interpolate(f.unsqueeze(0), size=(H, W), mode="bilinear", align_corners=False)[0]
        under = [(channel * m).sum() / (m.sum() + 1e-5) for channel in f]
        prototypes.append(torch.stack(under))
    return torch.stack(prototypes)


# %% right: matrices
def _stretch(n, m, like):
    """The (n, m) matrix that enlarges n numbers to m, linearly."""
    eye = torch.eye(n, dtype=like.dtype, device=like.device)
    return F.interpolate(eye[None], size=m, mode="linear", align_corners=False)[0]


def masked_average_pool(features, mask):
    # <A f, m> = <f, A' m>: bring the mask down by the adjoint, no large features needed
    mask = mask.to(features.dtype)
    rows = _stretch(features.shape[2], mask.shape[1], features)
    cols = _stretch(features.shape[3], mask.shape[2], features)
    small = rows @ mask @ cols.T
    sums = (features * small[:, None]).flatten(2).sum(2)
    return sums / (mask.flatten(1).sum(1)[:, None] + 1e-5)


# %% right: module-upsample
def masked_average_pool(features, mask):
    up = nn.Upsample(size=mask.shape[-2:], mode="bilinear", align_corners=False)
    weights = mask.unsqueeze(1).to(features)
    weights = weights / (weights.sum(dim=(-2, -1), keepdim=True) + 1e-5)
    return torch.sum(up(features) * weights, dim=(-2, -1))


# %% right: permuted-and-summed
def masked_average_pool(features, mask):
    B, C = features.shape[:2]
    H, W = mask.shape[1:]
    features = F.interpolate(features, size=(H, W), mode='bilinear', align_corners=False)
    mask = mask.to(features.dtype).reshape(B, H * W, 1)
    features = features.permute(0, 2, 3, 1).reshape(B, H * W, C)
    return (features * mask).sum(1) / (mask.sum(1) + 1e-5)


# %% right: plain
def masked_average_pool(features: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean of the features under a mask, (B, C, h, w), (B, H, W) -> (B, C)."""
    m = mask[:, None].to(features.dtype)
    large = F.interpolate(features, size=m.shape[-2:], mode="bilinear", align_corners=False)
    total = (large * m).sum(dim=(2, 3))
    return total / (m.sum(dim=(2, 3)) + 1e-5)


# %% right: weights-first
def masked_average_pool(features, mask):
    enlarged = F.interpolate(features, mask.shape[-2:], mode="bilinear", align_corners=False)
    weight = mask.to(features.dtype).flatten(1)
    weight = weight / (weight.sum(dim=1, keepdim=True) + 10 ** -5)
    return (enlarged.flatten(2) * weight[:, None, :]).sum(-1)


# %% wrong: as-published
def masked_average_pool(features, mask):
    features = F.interpolate(features, size=mask.shape[-2:], mode="bilinear")
    return torch.sum(features * mask[None, ...], dim=(2, 3)) / (mask[None, ...].sum(dim=(2, 3)) + 1e-5)


# %% wrong: buffer-of-float32, expect: Your result is float32
def masked_average_pool(features, mask):
    B, C = features.shape[:2]
    big = F.interpolate(features, mask.shape[-2:], mode="bilinear", align_corners=False)
    out = torch.zeros(B, C)
    for i in range(B):
        for c in range(C):
            out[i, c] = (big[i, c] * mask[i]).sum() / (mask[i].sum() + 1e-5)
    return out


# %% wrong: dtype-of-the-mask, edits, expect: has the mask's dtype
# - _check_shapes(features, mask)
# - mask = mask.to(features.dtype)[:, None]
#
# - features = F.interpolate(features, size=mask.shape[-2:], mode='bilinear', align_corners=False)
# + features = F.interpolate(features, size=mask.shape[-2:], mode='bilinear', align_corners=False)
# + mask = mask[:, None]


# %% wrong: enlarges-only-if-smaller, expect: a mask smaller than the features
def masked_average_pool(features: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean of the features under a mask, (B, C, h, w), (B, H, W) -> (B, C)."""
    m = mask[:, None].to(features.dtype)
    large = features
    if m.shape[-1] > features.shape[-1]:
        large = F.interpolate(features, size=m.shape[-2:], mode="bilinear", align_corners=False)
    total = (large * m).sum(dim=(2, 3))
    return total / (m.sum(dim=(2, 3)) + 1e-5)


# %% wrong: epsilon-clamp, expect: You do not add 1e-5 to the sum of the mask
def masked_average_pool(features: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean of the features under a mask, (B, C, h, w), (B, H, W) -> (B, C)."""
    m = mask[:, None].to(features.dtype)
    large = F.interpolate(features, size=m.shape[-2:], mode="bilinear", align_corners=False)
    total = (large * m).sum(dim=(2, 3))
    return total / m.sum(dim=(2, 3)).clamp(min=1e-5)


# %% wrong: hard-mask, expect: You round the mask to 0 and 1
def masked_average_pool(features: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean of the features under a mask, (B, C, h, w), (B, H, W) -> (B, C)."""
    m = (mask[:, None] > 0.5).to(features.dtype)
    large = F.interpolate(features, size=m.shape[-2:], mode="bilinear", align_corners=False)
    total = (large * m).sum(dim=(2, 3))
    return total / (m.sum(dim=(2, 3)) + 1e-5)


# %% wrong: indexes-the-object, expect: a mask of numbers between 0 and 1
def masked_average_pool(features, mask):
    f = F.interpolate(features, mask.shape[-2:], mode="bilinear", align_corners=False)
    means = []
    for one, m in zip(f, mask):
        chosen = one[:, m > 0]
        means.append(chosen.sum(1) / (chosen.shape[1] + 1e-5))
    return torch.stack(means)


# %% wrong: mean, expect: You divide by the number of all positions
def masked_average_pool(features, mask):
    features = F.interpolate(features, size=mask.shape[-2:], mode="bilinear", align_corners=False)
    return (features * mask[:, None]).mean(dim=(2, 3))


# %% wrong: nearest, expect: mode nearest
def masked_average_pool(features, mask):
    f = F.interpolate(features, mask.shape[-2:])
    m = mask.unsqueeze(1)
    return (f * m).sum(dim=(2, 3)) / (m.sum(dim=(2, 3)) + 1e-5)


# %% wrong: squeezed-at-the-end, expect: axes of size 1 are missing
def masked_average_pool(features, mask):
    B, C = features.shape[:2]
    up = nn.Upsample(size=tuple(mask.shape[-2:]), mode="bilinear", align_corners=False)
    f = up(features).reshape(B, C, -1)
    m = mask.reshape(B, -1, 1).to(f.dtype)
    p = torch.bmm(f, m).squeeze(2)
    return (p / (m.sum(1) + 1e-5)).squeeze()


# %% wrong: view, expect: a transposed mask
def masked_average_pool(features, mask):
    B, C = features.shape[:2]
    up = nn.Upsample(size=tuple(mask.shape[-2:]), mode="bilinear", align_corners=False)
    f = up(features).reshape(B, C, -1)
    m = mask.view(B, -1, 1).to(f.dtype)
    p = torch.bmm(f, m).squeeze(2)
    return p / (m.sum(1) + 1e-5)


# %% wrong: whole-batch-sum, expect: You divide by the sum of all masks of the batch
def masked_average_pool(features: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean of the features under a mask, (B, C, h, w), (B, H, W) -> (B, C)."""
    m = mask[:, None].to(features.dtype)
    large = F.interpolate(features, size=m.shape[-2:], mode="bilinear", align_corners=False)
    total = (large * m).sum(dim=(2, 3))
    return total / (m.sum() + 1e-5)
