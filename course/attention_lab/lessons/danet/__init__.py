"""What the page of lesson 05a_danet uses."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress
from ...networks.backbones import parameters
from ...networks.training import compare, train
from ...pictures import predict_then_run, show, show_images
from ...pictures.borrowed import show_own_and_borrowed
from ...pictures.look import look
from ...pictures.prediction import after_predicting, remind
from ...significance.gaps import print_gaps
from ...tasks.coloured_posters import (
                                       coloured_posters,
                                       poster_loss,
                                       poster_network,
                                       right_on_posters,
                                       weight_on_the_same,
)
from .pictures import keep_posters, show_channel_maps

__all__ = [
    "F", "after_predicting", "begin", "check", "coloured_posters", "compare", "keep_posters", "look", "math", "nn",
    "parameters", "poster_loss", "poster_network", "predict_then_run", "print_gaps", "progress", "remind",
    "right_on_posters", "show", "show_channel_maps", "show_images", "show_own_and_borrowed", "torch", "train",
    "weight_on_the_same"
]
