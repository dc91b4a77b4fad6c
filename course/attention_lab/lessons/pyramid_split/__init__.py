"""What the page of lesson 06a_pyramid_split uses."""

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.backbones import parameters, resnet
from ...networks.training import compare_arms
from ...pictures import predict_then_run, show, show_images
from ...pictures.longer_runs import longer_runs
from ...pictures.prediction import after_predicting, remind
from ...pictures.touch import slide
from ...tasks.data import photograph
from .experiment import KERNELS, on_cloths
from .pictures import desk_in_words, desk_shares, photograph_on_a_desk, show_desks
from .task import DIRECTIONS, striped_cloths

__all__ = [
    "DIRECTIONS", "F", "KERNELS", "after_predicting", "begin", "check", "compare_arms", "desk_in_words", "desk_shares",
    "longer_runs", "nn", "on_cloths", "parameters", "photograph", "photograph_on_a_desk", "predict_then_run",
    "progress", "remind", "resnet", "review", "show", "show_desks", "show_images", "slide", "striped_cloths", "torch"
]
