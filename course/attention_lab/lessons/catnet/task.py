"""Episodes of few-shot segmentation: a support picture with its mask, a query picture, and an object of one to three
colours.

A network cannot learn the object by heart. Its colours are drawn anew for each episode, and only the mask tells which
they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SIDE, CELL, HUES = 16, 2, 6  # side of a picture, px; side of the cell behind a feature, px; colours in an episode
CHANNELS = 24  # channels of the features
_FIXED = torch.Generator().manual_seed(7)
_WEIGHT, _BIAS = torch.randn(CHANNELS, 3, 1, 1, generator=_FIXED), 0.5 * torch.randn(CHANNELS, generator=_FIXED)


# Takes the features of query and support, (n, 24, 8, 8) each, and the support's mask (n, 16, 16).
# Returns a map of the query, (n, 1, 8, 8).
Method = Callable[[Tensor, Tensor, Tensor], Tensor]


class Episodes(NamedTuple):
    """Episodes with their masks.

    support, query: pictures with values around 0, (n, 3, 16, 16).
    support_mask, query_mask: 1 on the object and 0 elsewhere, (n, 16, 16).
    """

    support: Tensor
    support_mask: Tensor
    query: Tensor
    query_mask: Tensor


def striped_episodes(n: int, seed: int, colours: int = 3) -> Episodes:
    """Draws n episodes. Each has two pictures of a striped ellipse on a striped background, with six hues: `colours` of
    them belong to the object, and the others to the background.

    Both pictures of an episode have the same colours, in another order and direction.

    Raises ValueError for an object without a colour, or with all of them.
    """
    if not 0 < colours < HUES:
        raise ValueError(f"an object has 1 to {HUES - 1} of the {HUES} colours, got {colours}")
    g = torch.Generator().manual_seed(seed)
    hues = torch.rand(n, 1, generator=g) + torch.rand(n, HUES, generator=g).argsort(1) / HUES
    palette = 0.5 + 0.5 * torch.cos(2 * math.pi * (hues[..., None] - torch.arange(3) / 3))  # (n, 6, 3), equally bright
    return Episodes(*_picture(palette, colours, g), *_picture(palette, colours, g))


def _picture(palette: Tensor, colours: int, g: torch.Generator) -> tuple[Tensor, Tensor]:
    n, rows, columns = len(palette), torch.arange(SIDE)[:, None], torch.arange(SIDE)

    def stripes(among: Tensor) -> Tensor:
        """Returns (n, 16, 16, 3): stripes that are 4 pixels wide, in a random order, direction and place."""
        k, every = among.shape[1], torch.arange(n)[:, None, None]
        angle, start = math.pi * torch.rand(n, 1, 1, generator=g), k * torch.rand(n, 1, 1, generator=g)
        order = torch.rand(n, k, generator=g).argsort(1)
        which = ((columns * angle.cos() + rows * angle.sin()) / 4 + start).floor().long() % k
        return among[every, order[every, which]]

    row, column = 4 + 8 * torch.rand(2, n, 1, 1, generator=g)
    high, wide = 4 + 2 * torch.rand(2, n, 1, 1, generator=g)
    mask = ((rows - row) / high) ** 2 + ((columns - column) / wide) ** 2 <= 1
    picture = torch.where(mask[..., None], stripes(palette[:, :colours]), stripes(palette[:, colours:]))
    picture = picture + 0.05 * torch.randn(picture.shape, generator=g) - 0.5
    return picture.permute(0, 3, 1, 2).contiguous(), mask.float()


def colour_features(pictures: Tensor) -> Tensor:
    """Returns features made by hand, (n, 3, 16, 16) -> (n, 24, 8, 8): the means of 2 x 2 pixels go through a fixed
    random layer with a ReLU.

    Nothing in them is trained. They tell which colour is where, and nothing else.
    """
    return F.conv2d(F.avg_pool2d(pictures, CELL), _WEIGHT, _BIAS).relu()


def packed(episodes: Episodes) -> Tensor:
    """Returns a network's input for episodes as one tensor, (n, 52, 8, 8): the features of both pictures, and the
    support's mask.

    A mask has 4 pixels for each position of the features; they go into 4 channels.
    """
    mask = F.pixel_unshuffle(episodes.support_mask[:, None], CELL)
    return torch.cat([colour_features(episodes.query), colour_features(episodes.support), mask], dim=1)


def unpacked(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Takes `packed` episodes apart again. Returns query features and support features, (n, 24, 8, 8) each, and the
    support's mask (n, 16, 16)."""
    query, support, mask = x.split([CHANNELS, CHANNELS, CELL**2], dim=1)
    return query, support, F.pixel_shuffle(mask, CELL)[:, 0]


def overlap(maps: Tensor, masks: Tensor, threshold: float = 0.5) -> float:
    """Returns the mean IoU in %. The IoU of a picture is the number of pixels that are object in both map and mask
    (intersection), divided by the number that are object in either (union).

    maps: (n, 1, h, w). They are enlarged (bilinear) to the size of the masks, and the object is where they are above
        the threshold.
    masks: (n, H, W).
    """
    return _iou(_enlarged(maps, masks) > threshold, masks > 0.5)


def best_threshold(maps: Tensor, masks: Tensor) -> float:
    """Returns the threshold with the largest `overlap` among 100 candidates, the quantiles of all values.

    Because the candidates are quantiles, only the order of the values counts. It does not matter whether they are
    cosines, or probabilities made from cosines. Choose the threshold on other episodes than those of the test.
    """
    candidates = maps.detach().flatten().quantile(torch.linspace(0, 1, 102)[1:-1])
    enlarged, truth = _enlarged(maps, masks), masks > 0.5
    return max(candidates.tolist(), key=lambda threshold: _iou(enlarged > threshold, truth))


def untrained_iou(method: Method, colours: int) -> float:
    """Returns the `overlap`, in %, of a method that learns nothing. It is measured on 300 new episodes, with the
    threshold that is best on 300 others."""
    others, new = striped_episodes(300, 3, colours), striped_episodes(300, 2, colours)
    on_others, on_new = (method(colour_features(each.query), colour_features(each.support), each.support_mask)
                         for each in (others, new))
    return overlap(on_new, new.query_mask, best_threshold(on_others, others.query_mask))


def trained_iou(network: nn.Module, others: Episodes, new: Episodes) -> float:
    """Returns the `overlap`, in %, of a network's last map on new episodes, with the threshold that is best on other
    episodes.

    network: takes `packed` episodes, (n, 52, 8, 8), and returns maps (n, blocks, 8, 8).
    """
    with torch.no_grad():
        threshold = best_threshold(network(packed(others))[:, -1:], others.query_mask)
        return overlap(network(packed(new))[:, -1:], new.query_mask, threshold)


def with_another_support(episodes: Episodes) -> Episodes:
    """Returns the same queries, each with the support and the mask of the episode before it, whose object has other
    colours."""
    return episodes._replace(support=episodes.support.roll(1, 0), support_mask=episodes.support_mask.roll(1, 0))


def map_loss(maps: Tensor, shares: Tensor) -> Tensor:
    """Returns the mean binary cross entropy of each block's maps, summed over the blocks of a network.

    maps: (n, blocks, 8, 8), from 0 to 1.
    shares: (n, 8, 8), how much of each cell is object.
    """
    return sum((F.binary_cross_entropy(each.clamp(1e-6, 1 - 1e-6), shares) for each in maps.unbind(1)),
               maps.new_zeros(()))


def _enlarged(maps: Tensor, masks: Tensor) -> Tensor:
    return F.interpolate(maps, masks.shape[-2:], mode="bilinear", align_corners=False)[:, 0]


def _iou(found: Tensor, truth: Tensor) -> float:
    return 100 * ((found & truth).sum((1, 2)) / (found | truth).sum((1, 2))).mean().item()
