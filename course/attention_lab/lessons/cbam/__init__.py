"""What the page of lesson 03_cbam uses."""

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.cost import cost
from ...networks.training import Trained, compare, train
from ...pictures import ScorePlot, predict_then_run, show
from ...pictures.longer_runs import longer_runs
from ...pictures.look import look
from ...pictures.prediction import remind
from ...tasks.data import photograph
from .hand_made_features import edges_and_colours, made_to_stand_out, red_and_blue
from .pictures import show_red_and_blue, show_spatial_maps, slide_shared_channels
from .task import CHANNELS, cross_reader, crosses_without_cue, framed_crosses, right_on_crosses

__all__ = [
    "CHANNELS", "F", "ScorePlot", "Trained", "begin", "check", "compare", "cost", "cross_reader",
    "crosses_without_cue", "edges_and_colours", "framed_crosses", "longer_runs", "look", "made_to_stand_out", "nn",
    "photograph", "predict_then_run", "progress", "red_and_blue", "remind", "review", "right_on_crosses", "show",
    "show_red_and_blue", "show_spatial_maps", "slide_shared_channels", "torch", "train"
]
