"""What the page of lesson 06b_polarized uses."""

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import Trained, compare, train
from ...pictures import ScorePlot, maps_below, predict_then_run, show, show_images
from ...pictures.longer_runs import longer_runs
from ...pictures.prediction import after_predicting, remind
from ...pictures.touch import slide
from ...tasks.data import photograph
from .pictures import gate_in_words, gate_over, keep_dots
from .task import (
                   Coarse,
                   Gated,
                   coloured_dots,
                   dot_finder,
                   gate_maps,
                   heat_loss,
                   right_dots,
                   right_with_perfect_map,
                   sharing_a_cell,
                   with_bar,
                   with_other_bars,
)

__all__ = [
    "Coarse", "F", "Gated", "ScorePlot", "Trained", "after_predicting", "begin", "check", "coloured_dots",
    "compare", "dot_finder", "gate_in_words", "gate_maps", "gate_over", "heat_loss", "keep_dots", "longer_runs",
    "maps_below", "nn", "photograph", "predict_then_run", "progress", "remind", "review", "right_dots",
    "right_with_perfect_map", "sharing_a_cell", "show", "show_images", "slide", "torch", "train", "with_bar",
    "with_other_bars"
]
