"""CAT-Net: few-shot segmentation (Lin et al., "Few Shot Medical Image Segmentation with Cross Attention Transformer",
MICCAI 2023).

A query image is segmented with the help of one labelled support image. Both gather from each other where a mask lets
them, a prototype is read off the support, and the segmentation that follows is the next round's mask.

What differs: the authors' code has neither the mask nor a residual, normalises over channels and positions together
(for one fixed image size), takes its self-attention's softmax over the queries (`softmax_over="queries"` here) and
refines prototypes by steps of Adam. This module follows the paper's figure of the block instead.
"""
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def masked_average_pool(features: Tensor, mask: Tensor) -> Tensor:
    """The mean feature under a mask, at the resolution of the mask: `(B, C, h, w), (B, H, W) -> (B, C)`.

    Raises:
        ValueError: features are not four-dimensional, or the mask is not three-dimensional.
    """
    _check_shapes(features, mask)
    mask = mask.to(features.dtype)[:, None]
    features = F.interpolate(features, size=mask.shape[-2:], mode="bilinear", align_corners=False)
    return (features * mask).sum(dim=(2, 3)) / (mask.sum(dim=(2, 3)) + 1e-5)


def prior_mask(query: Tensor, support: Tensor, support_mask: Tensor) -> Tensor:
    """Where the query looks most like the support's foreground, from 0 to 1 in each image.

    For each position of the query the largest cosine similarity to a position of the masked support, then min-max.
    Shapes: `(B, C, h, w), (B, C, h, w), (B, H, W) -> (B, 1, h, w)`.

    Raises:
        ValueError: query and support differ in shape, or the mask is not three-dimensional.
    """
    if query.shape != support.shape:
        raise ValueError(f"query {tuple(query.shape)} and support {tuple(support.shape)} differ in shape")
    support = support * _resize_mask(support_mask, support)
    q, s = query.flatten(2), support.flatten(2).transpose(1, 2)  # (B, C, N), (B, N, C)
    norms = s.norm(dim=2, keepdim=True) * q.norm(dim=1, keepdim=True)
    similarity = (s @ q / (norms + 1e-7)).max(dim=1, keepdim=True).values  # (B, 1, N of the query)
    low, high = similarity.amin(dim=2, keepdim=True), similarity.amax(dim=2, keepdim=True)
    return ((similarity - low) / (high - low + 1e-7)).unflatten(2, query.shape[-2:])


class CrossMaskedAttention(nn.Module):
    """What x gathers from y, kept where the mask of x is: `(B, C, H, W), (B, C, H, W) -> (B, C, H, W)`.

    `forward(x, y, mask=None)` with the mask `(B, 1, H, W)` of x.

    Raises:
        ValueError: `channels // reduction == 0`, or `softmax_over` is neither "keys" nor "queries".
    """

    def __init__(self, channels: int, reduction: int = 8, softmax_over: str = "keys") -> None:
        super().__init__()
        if not 1 <= reduction <= channels:
            raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f'softmax_over must be "keys" or "queries", got {softmax_over!r}')
        hidden = channels // reduction
        self.query = nn.Conv2d(channels, hidden, kernel_size=1)
        self.key = nn.Conv2d(channels, hidden, kernel_size=1)
        self.value = nn.Conv2d(channels, channels, kernel_size=1)
        self.scale = hidden**-0.5
        self.softmax_dim = -1 if softmax_over == "keys" else -2

    def attention(self, x: Tensor, y: Tensor) -> Tensor:
        """Row j says how position j of x weighs the positions of y: `(B, N, N)`."""
        query, key = self.query(x).flatten(2), self.key(y).flatten(2)  # (B, C // r, N)
        return (query.transpose(1, 2) @ key * self.scale).softmax(dim=self.softmax_dim)

    def forward(self, x: Tensor, y: Tensor, mask: Tensor | None = None) -> Tensor:
        gathered = self.value(y).flatten(2) @ self.attention(x, y).transpose(1, 2)
        gathered = gathered.unflatten(2, x.shape[-2:])
        return gathered if mask is None else gathered * mask


class CMAT(nn.Module):
    """Cross Masked Attention Transformer: query and support, each refined by itself, then by the other.

    `forward(query, support, query_mask, support_mask)`: features `(B, C, H, W)`, masks `(B, 1, H, W)`; two features
    come back. All layers are shared by both directions.

    Raises:
        ValueError: `channels // reduction == 0`.
    """

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(
        self, query: Tensor, support: Tensor, query_mask: Tensor, support_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        query, support = self._refine_alone(query), self._refine_alone(support)
        return self._refine(query, support, query_mask), self._refine(support, query, support_mask)

    def _refine_alone(self, a: Tensor) -> Tensor:
        return _at_positions(self.norm0, a + self.self_attention(a, a))

    def _refine(self, a: Tensor, b: Tensor, mask: Tensor) -> Tensor:
        z = _at_positions(self.norm1, a + self.cross_attention(a, b, mask))
        return _at_positions(self.norm2, z + _at_positions(self.mlp, z))


def prototype_segmentation(
    features: Tensor, prototype: Tensor, threshold: float = -10.0, scale: float = 20.0
) -> Tensor:
    """Probability of the foreground from the cosine to its prototype: `(B, C, h, w), (B, C) -> (B, 1, h, w)`.

    Raises:
        ValueError: features and prototype differ in channels.
    """
    if features.shape[1] != prototype.shape[1]:
        raise ValueError(f"features have {features.shape[1]} channels, the prototype has {prototype.shape[1]}")
    cosine = F.cosine_similarity(features, prototype[:, :, None, None], dim=1, eps=1e-8)
    return 1 - torch.sigmoid(0.5 * (-scale * cosine - threshold))[:, None]


def iterative_refinement(
    blocks: Sequence[Callable[[Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]],
    query: Tensor,
    support: Tensor,
    support_mask: Tensor,
    threshold: float = -10.0,
    scale: float = 20.0,
) -> list[Tensor]:
    """Segment the query once per block, each time with the last segmentation as its mask.

    `blocks` are called like `CMAT`; features `(B, C, h, w)`, the mask of the support `(B, H, W)`.

    Returns:
        One probability map `(B, 1, h, w)` per block.

    Raises:
        ValueError: as `prior_mask`.
    """
    probabilities = []
    query_mask, small_support_mask = prior_mask(query, support, support_mask), _resize_mask(support_mask, support)
    for block in blocks:
        query, support = block(query, support, query_mask, small_support_mask)
        prototype = masked_average_pool(support, support_mask)
        probabilities.append(prototype_segmentation(query, prototype, threshold, scale))
        query_mask = (probabilities[-1] > 0.5).to(query.dtype)
    return probabilities


def _check_shapes(features: Tensor, mask: Tensor) -> None:
    if features.dim() != 4 or mask.dim() != 3:
        raise ValueError(f"expected features (B, C, h, w) and a mask (B, H, W), got the shapes "
                         f"{tuple(features.shape)} and {tuple(mask.shape)}")


def _resize_mask(mask: Tensor, features: Tensor) -> Tensor:
    """`(B, H, W) -> (B, 1, h, w)`, in the dtype of the features."""
    _check_shapes(features, mask)
    mask = mask.to(features.dtype)[:, None]
    return F.interpolate(mask, size=features.shape[-2:], mode="bilinear", align_corners=True)


def _at_positions(layer: nn.Module, x: Tensor) -> Tensor:
    """A layer on the channels of each position of an image: `(B, C, H, W) -> (B, C, H, W)`."""
    return layer(x.movedim(1, -1)).movedim(-1, 1)
