"""What the page of lesson 06b_polarized uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, progress, review
from attention_lab.networks.training import Trained, compare, train
from attention_lab.pictures import maps_below, predict_then_run, show, show_images
from attention_lab.pictures.gaps import print_verdicts
from attention_lab.pictures.longer_runs import longer_runs, runs_in_words, short_and_longer_runs
from attention_lab.pictures.polarized import gate_in_words, gate_over, keep_dots
from attention_lab.pictures.prediction import remind
from attention_lab.pictures.touch import slide
from attention_lab.tasks.coloured_dots import (Coarse, Gated, coloured_dots, dot_finder,
                                               gate_maps, heat_loss, right_dots,
                                               right_with_perfect_map, sharing_a_cell, with_bar,
                                               with_other_bars)
from attention_lab.tasks.data import photograph

from attention_lab import begin

__all__ = [
    "Coarse", "F", "Gated", "Trained", "begin", "check", "coloured_dots", "compare", "dot_finder", "gate_in_words",
    "gate_maps", "gate_over", "heat_loss", "keep_dots", "longer_runs", "maps_below", "nn", "photograph",
    "predict_then_run", "print_verdicts", "progress", "remind", "review", "right_dots", "right_with_perfect_map",
    "runs_in_words", "sharing_a_cell", "short_and_longer_runs", "show", "show_images", "slide", "torch", "train",
    "with_bar", "with_other_bars"
]
