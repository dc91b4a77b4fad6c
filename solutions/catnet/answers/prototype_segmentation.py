import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: bmm
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    B, C, h, w = features.shape
    flat = features.flatten(2)
    dots = torch.bmm(prototype.unsqueeze(1), flat)
    lengths = flat.norm(dim=1, keepdim=True).clamp(min=1e-8)
    length = prototype.norm(dim=1).clamp(min=1e-8).reshape(B, 1, 1)
    logits = 0.5 * (scale * dots / (lengths * length) + threshold)
    return torch.sigmoid(logits).reshape(B, 1, h, w)


# %% right: conv-tanh
def _unit(v):
    return v / torch.linalg.vector_norm(v, dim=1, keepdim=True).clamp(min=1e-8)


def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    n, c, h, w = features.shape
    kernels = _unit(prototype).reshape(n, c, 1, 1)
    image = _unit(features).reshape(1, n * c, h, w)
    s = F.conv2d(image, kernels, groups=n).transpose(0, 1)
    return 0.5 + 0.5 * torch.tanh(0.25 * (scale * s + threshold))


# %% right: cosine-written-out
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    p = prototype[:, :, None, None]
    dots = (features * p).sum(dim=1, keepdim=True)
    lengths = features.norm(dim=1, keepdim=True).clamp(min=1e-8) * p.norm(dim=1, keepdim=True).clamp(min=1e-8)
    distance = -scale * dots / lengths
    return 1 - torch.sigmoid(0.5 * (distance - threshold))


# %% right: einsum
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    f = F.normalize(features, dim=1)
    p = F.normalize(prototype, dim=1)
    cosine = torch.einsum("bchw,bc->bhw", f, p).unsqueeze(1)
    return 1.0 - (0.5 * (-scale * cosine - threshold)).sigmoid()


# %% right: image-by-image
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    maps = []
    for f, p in zip(features, prototype):
        cosine = F.cosine_similarity(f, p[:, None, None], dim=0)
        maps.append(1 - torch.sigmoid(0.5 * (-scale * cosine - threshold)))
    return torch.stack(maps)[:, None]


# %% right: log-space
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    dots = (features * prototype.unsqueeze(-1).unsqueeze(-1)).sum(dim=1, keepdim=True)
    a = features.square().sum(1, keepdim=True).clamp(min=1e-16).sqrt()
    b = prototype.square().sum(1).clamp(min=1e-16).sqrt()[:, None, None, None]
    return F.logsigmoid((scale * (dots / a / b) + threshold) / 2).exp()


# %% right: loop-images
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    maps = []
    for f, p in zip(features, prototype):
        C, h, w = f.shape
        vectors = f.reshape(C, h * w).T
        s = F.cosine_similarity(vectors, p.expand(h * w, C), dim=-1)
        maps.append((1 - torch.sigmoid(0.5 * (-scale * s - threshold))).reshape(1, h, w))
    return torch.stack(maps)


# %% right: plain
def prototype_segmentation(
    features: torch.Tensor,
    prototype: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> torch.Tensor:
    s = F.cosine_similarity(features, prototype[:, :, None, None], dim=1)
    bracket = -scale * s - threshold
    return (1 - torch.sigmoid(0.5 * bracket))[:, None]


# %% right: two-classes
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    s = F.cosine_similarity(features, prototype[..., None, None])
    ground = 0.5 * (-scale * s - threshold)
    logits = torch.stack([ground, torch.zeros_like(ground)], dim=1)
    return logits.softmax(dim=1)[:, 1:]


# %% wrong: background, expect: probability of the background
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    s = F.cosine_similarity(features, prototype[:, :, None, None], dim=1)
    return torch.sigmoid(0.5 * (-scale * s - threshold))[:, None]


# %% wrong: both-classes, expect: Expected shape (2, 1, 3, 4), got (2, 2, 3, 4)
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    s = F.cosine_similarity(features, prototype[..., None, None])
    ground = 0.5 * (-scale * s - threshold)
    logits = torch.stack([ground, torch.zeros_like(ground)], dim=1)
    return logits.softmax(dim=1)


# %% wrong: dim-last, expect: Expected shape (2, 1, 3, 4), got (2, 1, 4, 3)
def prototype_segmentation(
    features: torch.Tensor,
    prototype: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> torch.Tensor:
    s = F.cosine_similarity(features, prototype[:, :, None, None], dim=-1)
    bracket = -scale * s - threshold
    return (1 - torch.sigmoid(0.5 * bracket))[:, None]


# %% wrong: half-outside-sigmoid, expect: You multiply the sigmoid by 0.5
def prototype_segmentation(
    features: torch.Tensor,
    prototype: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> torch.Tensor:
    s = F.cosine_similarity(features, prototype[:, :, None, None], dim=1)
    bracket = -scale * s - threshold
    return (1 - 0.5 * torch.sigmoid(bracket))[:, None]


# %% wrong: negative-cosines-clamped, expect: You replace negative cosines by 0
def prototype_segmentation(
    features: torch.Tensor,
    prototype: torch.Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> torch.Tensor:
    s = F.cosine_similarity(features, prototype[:, :, None, None], dim=1)
    s = s.clamp(min=0)
    bracket = -scale * s - threshold
    return (1 - torch.sigmoid(0.5 * bracket))[:, None]


# %% wrong: no-guard, expect: If the prototype is 0
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    B, C, h, w = features.shape
    flat = features.flatten(2)
    dots = torch.bmm(prototype.unsqueeze(1), flat)
    lengths = flat.norm(dim=1, keepdim=True)
    length = prototype.norm(dim=1).reshape(B, 1, 1)
    logits = 0.5 * (scale * dots / (lengths * length) + threshold)
    return torch.sigmoid(logits).reshape(B, 1, h, w)


# %% wrong: normalise-last-axis, expect: You normalise the features along the width (dim=-1)
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    f = F.normalize(features, dim=-1)
    p = F.normalize(prototype, dim=1)
    cosine = torch.einsum("bchw,bc->bhw", f, p).unsqueeze(1)
    return 1.0 - (0.5 * (-scale * cosine - threshold)).sigmoid()


# %% wrong: parameters-in-other-order, expect: threshold and scale by place
def prototype_segmentation(
    features: torch.Tensor,
    prototype: torch.Tensor,
    scale: float = 20.0,
    threshold: float = -10.0,
) -> torch.Tensor:
    s = F.cosine_similarity(features, prototype[:, :, None, None], dim=1)
    bracket = -scale * s - threshold
    return (1 - torch.sigmoid(0.5 * bracket))[:, None]


# %% wrong: three-axes, expect: Your result is (B, h, w)
def prototype_segmentation(features, prototype, threshold=-10.0, scale=20.0):
    s = F.cosine_similarity(features, prototype[..., None, None], dim=1)
    return 1 - torch.sigmoid(0.5 * (-scale * s - threshold))
