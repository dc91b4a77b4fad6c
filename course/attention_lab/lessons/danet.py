"""What the page of lesson 05a_danet uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import math

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, progress
from attention_lab.networks.backbones import parameters
from attention_lab.networks.training import compare, train
from attention_lab.pictures import predict_then_run, show, show_images
from attention_lab.pictures.danet import keep_posters, show_channel_maps
from attention_lab.pictures.external import show_own_and_borrowed
from attention_lab.pictures.gaps import print_gaps
from attention_lab.pictures.look import look
from attention_lab.pictures.prediction import after_predicting, remind
from attention_lab.tasks.coloured_posters import (coloured_posters, poster_loss, poster_network,
                                                  right_on_posters, weight_on_the_same)

from attention_lab import begin

__all__ = [
    "F", "after_predicting", "begin", "check", "coloured_posters", "compare", "keep_posters", "look", "math", "nn",
    "parameters", "poster_loss", "poster_network", "predict_then_run", "print_gaps", "progress", "remind",
    "right_on_posters", "show", "show_channel_maps", "show_images", "show_own_and_borrowed", "torch", "train",
    "weight_on_the_same"
]
