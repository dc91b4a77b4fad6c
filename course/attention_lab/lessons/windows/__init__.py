"""What the page of lesson 08a_windows uses."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import compare, train
from ...pictures import predict_then_run, show, show_images
from ...pictures.prediction import after_predicting, remind
from ...significance.gaps import print_gaps
from ...tasks.data import photograph
from .pictures import keep_spread, point_windows, show_by_column, slide_layers
from .task import TileNet, coloured_tiles, right_at_borders, right_by_column, with_transform

__all__ = [
    "F", "TileNet", "after_predicting", "begin", "check", "coloured_tiles", "compare", "keep_spread", "math", "nn",
    "photograph", "point_windows", "predict_then_run", "print_gaps", "progress", "remind", "review",
    "right_at_borders", "right_by_column", "show", "show_by_column", "show_images", "slide_layers", "torch",
    "train", "with_transform"
]
