"""What the page of lesson 03_cbam uses."""

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import compare_arms
from ...pictures.longer_runs import longer_runs
from ...pictures.look import look
from ...pictures.prediction import remind
from ...tasks.data import photograph
from .experiment import Gated, on_crosses
from .hand_made_features import edges_and_colours, made_to_prefer_red, made_to_stand_out, red_and_blue
from .pictures import show_red_and_blue, show_spatial_maps, slide_shared_channels
from .task import CHANNELS, framed_crosses

__all__ = [
    "CHANNELS", "F", "Gated", "begin", "check", "compare_arms", "edges_and_colours", "framed_crosses", "longer_runs",
    "look", "made_to_prefer_red", "made_to_stand_out", "nn", "on_crosses", "photograph", "progress", "red_and_blue",
    "remind", "review", "show_red_and_blue", "show_spatial_maps", "slide_shared_channels", "torch"
]
