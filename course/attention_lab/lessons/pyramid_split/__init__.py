"""What the page of lesson 06a_pyramid_split uses."""

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.backbones import parameters, resnet
from ...networks.training import Trained, compare, train
from ...pictures import ScorePlot, predict_then_run, show, show_images
from ...pictures.longer_runs import longer_runs
from ...pictures.prediction import after_predicting, remind
from ...pictures.touch import slide
from .pictures import desk_in_words, mixing_desk, show_desks
from .task import DIRECTIONS, direction_namer, striped_cloths, with_other_dots

__all__ = [
    "DIRECTIONS", "F", "ScorePlot", "Trained", "after_predicting", "begin", "check", "compare", "desk_in_words",
    "direction_namer", "longer_runs", "mixing_desk", "nn", "parameters", "predict_then_run", "progress", "remind",
    "resnet", "review", "show", "show_desks", "show_images", "slide", "striped_cloths", "torch", "train",
    "with_other_dots"
]
