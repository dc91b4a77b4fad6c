"""What the page of lesson 08a_windows uses."""

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...pictures import predict_then_run, show, show_images
from ...pictures.prediction import after_predicting
from ...tasks.coloured_tiles import coloured_tiles
from ...tasks.data import photograph
from .experiment import WINDOW, TwoHeads, colour_on_the_right, no_mask
from .pictures import keep_spread, point_windows, show_by_column, slide_layers

__all__ = [
    "F", "TwoHeads", "WINDOW", "after_predicting", "begin", "check", "colour_on_the_right", "coloured_tiles",
    "keep_spread", "nn", "no_mask", "photograph", "point_windows", "predict_then_run", "progress", "review", "show",
    "show_by_column", "show_images", "slide_layers", "torch"
]
