"""What the page of lesson 07b_rest uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, progress, review
from attention_lab.networks.cost import cost
from attention_lab.networks.rest_lite import ResTLite
from attention_lab.networks.training import Trained, compare, train
from attention_lab.pictures import ScorePlot, predict_then_run, show, show_images
from attention_lab.pictures.keys import lone_cell, slide_windows, weights_on_keys
from attention_lab.pictures.look import look
from attention_lab.pictures.prediction import after_predicting, remind
from attention_lab.tasks.legends_and_dominoes import painted, small_legends
from attention_lab.tasks.scoring import right_of_each

from attention_lab import begin

__all__ = [
    "F", "OrderedDict", "ResTLite", "ScorePlot", "Trained", "after_predicting", "begin", "check", "compare", "cost",
    "lone_cell", "look", "nn", "painted", "predict_then_run", "progress", "remind", "review", "right_of_each",
    "show", "show_images", "slide_windows", "small_legends", "torch", "train", "weights_on_keys"
]
