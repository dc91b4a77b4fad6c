"""What the page of lesson 07b_rest uses."""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.cost import cost
from ...networks.training import Trained, compare, train
from ...pictures import ScorePlot, predict_then_run, show, show_images
from ...pictures.look import look
from ...pictures.prediction import after_predicting, remind
from ...tasks.data import photograph
from ...tasks.scoring import right_of_each
from .photographs import show_what_sr_reads
from .pictures import lone_cell, slide_windows, weights_on_keys
from .rest_lite import ResTLite
from .task import painted, small_legends

__all__ = [
    "F", "OrderedDict", "ResTLite", "ScorePlot", "Trained", "after_predicting", "begin", "check", "compare", "cost",
    "lone_cell", "look", "nn", "painted", "photograph", "predict_then_run", "progress", "remind", "review",
    "right_of_each", "show", "show_images", "show_what_sr_reads", "slide_windows", "small_legends", "torch", "train",
    "weights_on_keys"
]
