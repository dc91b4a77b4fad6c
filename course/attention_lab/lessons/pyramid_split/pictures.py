"""Pictures of lesson 06a: the shares of the scales as the faders of a mixing desk, over a photograph, for a slider, and
the desks of a trained network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from ...pictures.keepsake import keepsake
from ...pictures.panels import Panel, bars, cells
from ...pictures.style import ALERT, FEATURES, MAPS, colour_map
from .experiment import KERNELS
from .task import DIRECTIONS, striped_cloths, with_dots

COLOURS = ("#9AD0F0", FEATURES, MAPS, ALERT)
LIMITS = (0.11, 0.48)  # a softmax over four numbers from 0 to 1 lies between 1 / (1 + 3e) and e / (e + 3)


def mixing_desk(shares: Tensor, kernels: Sequence[int]) -> list[Panel]:
    """Draws the shares of four scales, (4,), with dashed lines at the LIMITS of a share."""
    return [bars(shares, [f"{k} x {k}" for k in kernels], "share of each kernel size", colours=COLOURS, lines=LIMITS)]


@torch.no_grad()
def photograph_on_a_desk(kind: Callable[..., nn.Module], photo: Tensor, number: float,
                         reads: Callable[[Tensor], Tensor]) -> list[Panel]:
    """Sets pyramid split attention by hand, gives it a photograph, and draws the sum of what it returns for the four
    scales, and their shares.

    Each convolution takes the mean of its window. `se` computes `number` for the 3 x 3 scale, and 0 for the others: a
    fourth channel of each scale tells it which one it sees.

    kind: `PyramidSplitAttention`.
    photo: (3, H, W) in [0, 1].
    reads: what becomes of the numbers before the softmax reads them.
    """
    module = kind(3, 16, groups=(1, 1, 1, 1), reduction=4)
    for conv in module.split.convs:
        area = conv.weight[0, 0].numel()
        conv.weight.zero_()
        for colour in range(3):
            conv.weight[colour, colour] = 1 / area
        conv.weight[3, :] = (area == 9) / area
    for layer in (module.se.fc1, module.se.fc2):
        layer.weight.zero_()
        layer.bias.zero_()
    module.se.fc1.weight[0, 3] = 1 / module.split(photo[None])[0, 0, 3].mean()
    module.se.fc2.weight.fill_(number)
    module.se = nn.Sequential(nn.AdaptiveAvgPool2d(1), module.se.fc1, nn.ReLU(), module.se.fc2, _Reads(reads))
    mixed = module(photo[None]).view(4, 4, *photo.shape[1:]).sum(0)[:3, 4:-4, 4:-4]
    return [cells(mixed, "the four scales times their shares, added", side=220),
            *mixing_desk(desk_shares(number, reads), KERNELS)]


def desk_shares(number: float, reads: Callable[[Tensor], Tensor]) -> Tensor:
    """Returns the shares of four scales, (4,), of which the first has a number, and the others have 0.

    reads: what becomes of the numbers before the softmax reads them.
    """
    return reads(torch.tensor([number, 0, 0, 0])).softmax(0)


class _Reads(nn.Module):
    def __init__(self, reads: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.reads = reads

    def forward(self, numbers: Tensor) -> Tensor:
        return self.reads(numbers)


def desk_in_words(shares: Tensor, kernels: Sequence[int]) -> str:
    """Says in a sentence what `mixing_desk` draws."""
    low, high = LIMITS
    outside = [f"{k} x {k}" for k, share in zip(kernels, shares.tolist(), strict=True)
               if not low - 0.005 < share < high + 0.005]
    listed = ", ".join(f"{k} x {k} gets {share:.2f}" for k, share in zip(kernels, shares.tolist(), strict=True))
    return f"Of the total, {listed}. " + (f"Outside the limits {low} and {high}: {', '.join(outside)}." if outside else
                                          f"All shares are between the limits {low} and {high}.")


@torch.no_grad()
def show_desks(networks: Mapping[int, nn.Module], scores: Sequence[float]) -> None:
    """Prints the mean shares of the scales under red and under blue dots, in the network with the highest score. Then
    draws two cloths of which it names two directions, with a red and a blue dot each, and the shares of its module, and
    keeps the picture as `my_pyramid.png`.

    networks: of `direction_namer`, by seed; the module of each has `split` and `se`, as `PyramidSplitAttention` does.
    scores: right answers of each network, in %.
    """
    seed, score = max(zip(networks, scores, strict=True), key=lambda each: each[1])
    network = networks[seed].eval()
    cloths = striped_cloths(500, seed=7)
    kernels = [conv.kernel_size[0] for conv in network[3].split.convs]
    for name, colour in (("red", 0), ("blue", 1)):
        mean = _shares_of(network, with_dots(cloths.pictures, colour)).mean((0, 2))
        print(f"run {seed}, {name} dots: " + ", ".join(f"{k} x {k} gets {share:.2f}"
                                                    for k, share in zip(kernels, mean.tolist(), strict=True)))
    red, blue = (with_dots(cloths.pictures, blue) for blue in (0, 1))
    differ = (network(red).argmax(1) != network(blue).argmax(1)).nonzero().flatten().tolist()
    pair = torch.stack([dots[cloth] for cloth in (differ + [0, 1])[:2] for dots in (red, blue)])
    said, (low, high) = network(pair).argmax(1), LIMITS
    keepsake("my_pyramid.png", "Two cloths, two dots: what the mixing desks take of each window", {
        "cloth": [(f"{asked} stripes?", (0.5 + 0.7 * cloth).clamp(0, 1))
                  for cloth, asked in zip(pair, ("fine", "coarse") * 2, strict=True)],
        f"{kernels[0]} x {kernels[0]} to {kernels[-1]} x {kernels[-1]}": [
            (f"{DIRECTIONS[answer]}, it says", colour_map("maps")(((shares - low) / (high - low)).clamp(0, 1).numpy()))
            for shares, answer in zip(_shares_of(network, pair), said, strict=True)],
    }, f"Pyramid split attention, written by hand: {score:.1f} % right on new cloths (run {seed}, the best)")


def _shares_of(network: nn.Sequential, pictures: Tensor) -> Tensor:
    """Returns the shares in the module of a `direction_namer`: (B, 3, H, W) -> (B, S, C')."""
    module = network[3]
    scales = module.split(network[:3](pictures))
    return torch.stack([module.se(scale) for scale in scales.unbind(1)], dim=1).softmax(1)[..., 0, 0]
