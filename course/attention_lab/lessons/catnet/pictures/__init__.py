"""Pictures of lesson e3: scores of methods and networks, maps that follow a mask that the learner draws, and episodes
to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import nn

from ....pictures.images import show, show_images
from ....pictures.keepsake import keepsake
from ....pictures.style import ALERT, FEATURES, LAYERS, MAPS, house_figure, one_plot
from ..task import Episodes, Method, best_threshold, colour_features, overlap, packed, striped_episodes, trained_iou
from .drawn_mask import draw_mask

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure

TOUCHED = 3  # the index, among eight episodes, of the one on which a mask can be drawn


def show_by_colours(table: Mapping[str, Sequence[float]]) -> None:
    """Displays how the IoU depends on the number of colours of the object.

    table: for each method, its IoU in % with 1, 2, ... colours.
    """
    show(_by_colours(table), "IoU against the number of colours: " + "; ".join(
        f"{name} {', '.join(f'{score:.0f}' for score in scores)} %" for name, scores in table.items()))


@house_figure
def _by_colours(table: Mapping[str, Sequence[float]]) -> Figure:
    figure, axis = one_plot(6.4, 3.2)
    for (name, scores), colour, mark in zip(table.items(), (FEATURES, MAPS, LAYERS), "os^", strict=True):
        axis.plot(range(1, len(scores) + 1), scores, f"{mark}-", color=colour, label=name)
    everything = overlap(torch.ones(300, 1, 8, 8), striped_episodes(300, 2).query_mask)
    axis.axhline(everything, color=ALERT, linestyle="--", label="all is object")
    axis.set(xlabel="colours of the object", ylabel="IoU on new episodes (%)", xticks=(1, 2, 3), ylim=(25, 95))
    axis.legend(frameon=False, ncols=2)
    return figure


def touch_a_mask(methods: Mapping[str, Method], sharpness: float) -> None:
    """Displays a support picture on which the learner can draw a mask, and the maps of the query that three methods
    compute from it.

    methods: "prototype", "prior mask" and "look-up", by name.
    sharpness: the sharpness of the look-up.

    Raises ValueError for other methods.
    """
    episode = Episodes(*(part[TOUCHED:TOUCHED + 1] for part in striped_episodes(8, seed=5)))
    query, support = colour_features(episode.query), colour_features(episode.support)
    marked, truth = ((F.avg_pool2d(mask, 2) > 0.5).float() for mask in (episode.support_mask, episode.query_mask))
    maps = {name: method(query, support, marked)[0, 0] for name, method in methods.items()}
    in_cells = [(F.avg_pool2d(picture, 2) + 0.5).clamp(0, 1)[0] for picture in (episode.support, episode.query)]
    draw_mask((in_cells[0], in_cells[1]), (support[0], query[0]), marked[0], truth[0], maps, sharpness)


def show_two_episodes(episodes: Episodes) -> None:
    """Displays support and query of the first two episodes."""
    pictures = torch.stack([episodes.support[0], episodes.query[0], episodes.support[1], episodes.query[1]])
    show(show_images((pictures + 0.5).clamp(0, 1), ["support", "query", "support", "query"]),
         "Two episodes. Support and query each show a striped ellipse on stripes.")


def keep_episodes(network: nn.Module, others: Episodes, new: Episodes) -> None:
    """Shows what a trained network finds in the first six of some new episodes, and keeps it as `my_catnet.png`.

    network: takes `packed` episodes, and returns maps (n, blocks, 8, 8), of which the last counts.
    others: the episodes on which the threshold is chosen.
    """
    six = Episodes(*(part[:6] for part in new))
    with torch.no_grad():
        maps, on_others = network(packed(six))[:, -1:], network(packed(others))[:, -1:]
    threshold = best_threshold(on_others, others.query_mask)
    found = (F.interpolate(maps, size=six.query.shape[-2:], mode="bilinear")[:, 0] > threshold).float()
    each = [overlap(maps[i:i + 1], six.query_mask[i:i + 1], threshold) for i in range(6)]
    seen, asked = ((pictures + 0.5).clamp(0, 1) for pictures in (six.support, six.query))
    marked = seen * (0.25 + 0.75 * six.support_mask[:, None])
    score = trained_iou(network, others, new)
    keepsake("my_catnet.png", "One example, one question: where is the same thing in the second picture?",
             {"the example": [("", picture) for picture in marked],
              "the question": [("", picture) for picture in asked],
              "found": [(f"IoU {iou:.0f} %", answer) for iou, answer in zip(each, found, strict=True)]},
             f"CMAT blocks, written by hand: IoU {score:.1f} % on {len(new.query)} new episodes")
