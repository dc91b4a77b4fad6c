"""Plots of lesson 03: what the maximum sees and the mean does not, a spatial gate over photographs, and the maps of a
trained network."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...networks.inside import output_inside
from ...pictures.images import show, show_images
from ...pictures.keepsake import keepsake
from ...pictures.panels import Panel, cells
from ...pictures.style import FEATURES
from ...pictures.touch import slide
from .task import Crosses, one_pair_four_questions

SHARED = 8  # the sum of the channels at each mark
KERNELS = {"maximum": (1.0, 0.0), "mean": (0.0, 1.0), "maximum - mean": (1.0, -1.0)}


def pooled_and_gated(x: Tensor, weights: Tensor, high: float) -> list[Panel]:
    """Draws the channels of one image, their maximum and their mean at each position, and the map that a gate computes
    from these two.

    x: (C, H, W) from 0 to `high`; C is even.
    weights: the map, (H, W) from 0 to 1.
    """
    apart = F.pad(x, (0, 1, 0, 1), value=torch.nan)
    halves = [torch.cat(list(half), dim=0) for half in apart.chunk(2)]
    return [cells(torch.cat(halves, dim=1)[:-1, :-1], f"{len(x)} channels", high=high, colour=FEATURES, side=210),
            cells(x.amax(0), "maximum over C", high=high, colour=FEATURES, side=90),
            cells(x.mean(0), "mean over C", high=high, colour=FEATURES, side=90),
            cells(weights, "map", side=90)]


def show_red_and_blue(photo: Tensor, channels: Tensor) -> None:
    """Shows a photograph (3, H, W) and its channels for red and blue, (2, H, W), on one scale of greys."""
    shown = [photo, *(channels / channels.max())[:, None].expand(-1, 3, -1, -1)]
    show(show_images(torch.stack(shown), ["photograph", "red", "blue"]),
         "A rocket at its launch pad under a blue sky. Its channel for red is black but for a few bright lamps at the "
         "foot of the rocket; its channel for blue is a faint grey all over the sky.")


def slide_shared_channels(make_gate: Callable[..., nn.Module]) -> None:
    """Displays two marks whose channels have the same sum, and the learner's spatial gate with three kernels of 1 x 1
    to choose from.

    make_gate: the class of a gate with a layer `conv`, called with kernel_size=1.
    """
    def map_of(share: int, kernel: Sequence[float]) -> Tensor:
        gate = make_gate(kernel_size=1).eval()
        gate.get_parameter("conv.weight").data = torch.tensor(kernel)[None, :, None, None]
        with torch.no_grad():
            return gate(two_marks(share)[None])[0, 0]

    slide({"channels that share the 8": {str(share): share for share in (1, 2, 4, 8)}, "kernel": KERNELS},
          lambda share, kernel: pooled_and_gated(two_marks(share), map_of(share, kernel), SHARED),
          lambda share, kernel: marks_in_words(two_marks(share), map_of(share, kernel)), start=["2", "maximum"])


def two_marks(share: int) -> Tensor:
    """Returns eight channels with two marks, (8, 5, 9). At the left mark, each channel holds 1; at the right one,
    `share` of the channels hold 8 / share."""
    x = torch.zeros(SHARED, 5, 9)
    x[:, 1:4, 1:3] = 1
    x[:share, 1:4, 6:8] = SHARED / share
    return x


def marks_in_words(x: Tensor, weights: Tensor) -> str:
    """Says what maximum, mean and map are at both marks, and whether the map tells the marks apart.

    x: (8, 5, 9).
    weights: the map, (5, 9).
    """
    left, right = ((x[:, 2, column].amax(), x[:, 2, column].mean(), weights[2, column]) for column in (1, 6))
    return ("Left mark: maximum {:.0f}, mean {:.0f}, map {:.2f}. ".format(*left)
            + "Right mark: maximum {:.0f}, mean {:.0f}, map {:.2f}. ".format(*right)
            + ("The map tells them apart." if abs(left[2] - right[2]) > 0.01 else "The map is the same at both."))


def spatial_maps(network: nn.Module, pictures: Tensor) -> Tensor:
    """Returns the output of a network's module `spatial_gate` for pictures, (n, 3, H, W) -> (n, H, W).

    Raises ValueError if there is no such module.
    """
    return output_inside(network, "spatial_gate", pictures)[:, 0]


def at_both_crosses(maps: Tensor, places: Tensor) -> tuple[float, float]:
    """Returns the mean of spatial maps over the framed cross, and over the other one.

    maps: (n, 19, 19).
    places: (n,), 0 if the left cross is framed.
    """
    crosses = torch.stack([maps[:, 12:15, column:column + 3].mean((1, 2)) for column in (3, 13)], dim=1)
    each = torch.arange(len(maps))
    return crosses[each, places].mean().item(), crosses[each, 1 - places].mean().item()


def show_spatial_maps(networks: Sequence[nn.Module], scores: Sequence[float], crosses: Crosses) -> None:
    """Prints how open the maps of trained networks are at the framed cross and at the other one. Then asks the network
    in which the two differ most four questions about one pair of crosses, and keeps the picture as `my_cbam.png`.

    networks: one for each run, with a module `spatial_gate`.
    scores: the right answers of each network, in %.
    crosses: new pictures.
    """
    open_at = [at_both_crosses(spatial_maps(network, crosses.pictures), crosses.places) for network in networks]
    for run, ((framed, other), score) in enumerate(zip(open_at, scores, strict=True)):
        print(f"run {run}: {score:.1f} % right; map {framed:.2f} at the framed cross, {other:.2f} at the other one")
    clearest = max(range(len(open_at)), key=lambda run: open_at[run][0] - open_at[run][1])
    asked, network = one_pair_four_questions(), networks[clearest]
    with torch.no_grad():
        said = network.eval()(asked.pictures).argmax(1)
    questions = [f"{colour}, {place}?" for place in ("left", "right") for colour in ("red", "blue")]
    answers = [f"{'horizontal' if answer else 'vertical'} {'✓' if answer == right else '✗'}"
               for answer, right in zip(said, asked.answers, strict=True)]
    keepsake("my_cbam.png", "One pair of crosses, four questions: the stars say which bar, the frame says which cross",
             {"the picture": list(zip(questions, asked.pictures.clamp(0, 1), strict=True)),
              "where the gate is open": list(zip(answers, spatial_maps(network, asked.pictures), strict=True))},
             f"CBAM, written by hand: {scores[clearest]:.1f} % right on new pictures (run {clearest}, the clearest)")
