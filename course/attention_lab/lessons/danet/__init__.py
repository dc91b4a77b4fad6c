"""What the page of lesson 05a_danet uses."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress
from ...networks.backbones import parameters
from ...networks.training import compare_arms
from ...pictures import predict_then_run, show, show_images
from ...pictures.look import look
from ...pictures.prediction import remind
from ...tasks.coloured_posters import coloured_posters, right_on_posters, weight_on_the_same
from ...tasks.data import photograph
from .experiment import CHANNELS, MeanOfAll, learn, on_posters, wide_window
from .own_colour import asks_for_its_colour
from .pictures import keep_posters, show_channel_maps

__all__ = [
    "CHANNELS", "F", "MeanOfAll", "asks_for_its_colour", "begin", "check", "coloured_posters", "compare_arms",
    "keep_posters", "learn", "look", "math", "nn", "on_posters", "parameters", "photograph", "predict_then_run",
    "progress", "remind", "right_on_posters", "show", "show_channel_maps", "show_images", "torch", "weight_on_the_same",
    "wide_window"
]
