"""What the page of lesson 06b_polarized uses."""

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import compare_arms
from ...pictures import maps_below, predict_then_run, show, show_images
from ...pictures.longer_runs import longer_runs
from ...pictures.prediction import after_predicting, remind
from ...pictures.touch import slide
from ...tasks.data import photograph
from .experiment import CHANNELS, GREY, on_dots
from .pictures import gate_in_words, gate_over, keep_dots
from .task import Coarse, Gated, coloured_dots, gate_maps, right_with_perfect_map, sharing_a_cell, with_bar

__all__ = [
    "CHANNELS", "Coarse", "F", "GREY", "Gated", "after_predicting", "begin", "check", "coloured_dots", "compare_arms",
    "gate_in_words", "gate_maps", "gate_over", "keep_dots", "longer_runs", "maps_below", "nn", "on_dots",
    "photograph", "predict_then_run", "progress", "remind", "review", "right_with_perfect_map", "sharing_a_cell",
    "show", "show_images", "slide", "torch", "with_bar"
]
