"""What the page of lesson 03_cbam uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, progress, review
from attention_lab.networks.cost import cost
from attention_lab.networks.training import Trained, compare, train
from attention_lab.pictures import ScorePlot, predict_then_run, show
from attention_lab.pictures.cbam import show_red_and_blue, show_spatial_maps, slide_shared_channels
from attention_lab.pictures.longer_runs import longer_runs
from attention_lab.pictures.look import look
from attention_lab.pictures.prediction import remind
from attention_lab.tasks.data import photograph
from attention_lab.tasks.framed_crosses import (CHANNELS, cross_reader, crosses_without_cue,
                                                framed_crosses, right_on_crosses)
from attention_lab.tasks.hand_made_features import (edges_and_colours, made_to_stand_out,
                                                    red_and_blue)

from attention_lab import begin

__all__ = [
    "CHANNELS", "F", "ScorePlot", "Trained", "begin", "check", "compare", "cost", "cross_reader",
    "crosses_without_cue", "edges_and_colours", "framed_crosses", "longer_runs", "look", "made_to_stand_out", "nn",
    "photograph", "predict_then_run", "progress", "red_and_blue", "remind", "review", "right_on_crosses", "show",
    "show_red_and_blue", "show_spatial_maps", "slide_shared_channels", "torch", "train"
]
