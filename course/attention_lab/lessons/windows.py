"""What the page of lesson 08a_windows uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import math

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, progress, review
from attention_lab.networks.training import compare, train
from attention_lab.pictures import predict_then_run, show, show_images
from attention_lab.pictures.gaps import print_gaps
from attention_lab.pictures.prediction import after_predicting, remind
from attention_lab.pictures.windows import (keep_spread, point_windows, show_by_column,
                                            slide_layers)
from attention_lab.tasks.data import photograph
from attention_lab.tasks.coloured_tiles import (TileNet, coloured_tiles, right_at_borders,
                                                right_by_column, with_transform)

from attention_lab import begin

__all__ = [
    "F", "TileNet", "after_predicting", "begin", "check", "coloured_tiles", "compare", "keep_spread", "math", "nn",
    "photograph", "point_windows", "predict_then_run", "print_gaps", "progress", "remind", "review",
    "right_at_borders", "right_by_column", "show", "show_by_column", "show_images", "slide_layers", "torch",
    "train", "with_transform"
]
