"""What the page of lesson 09_cloformer uses."""

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import Trained, compare, train
from ...pictures import ScorePlot, predict_then_run
from ...pictures.prediction import after_predicting, remind
from ...tasks.scoring import right_of_each
from .cloth_net import ClothNet, parameters, with_open_gate
from .pictures import keep_cloths, print_what_is_used, show_cloths, slide_waves
from .task import woven_cloths

__all__ = [
    "ClothNet", "F", "ScorePlot", "Trained", "after_predicting", "begin", "check", "compare", "keep_cloths", "nn",
    "parameters", "predict_then_run", "print_what_is_used", "progress", "remind", "review", "right_of_each",
    "show_cloths", "slide_waves", "torch", "train", "with_open_gate", "woven_cloths"
]
