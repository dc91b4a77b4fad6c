"""What the page of lesson 09_cloformer uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, progress, review
from attention_lab.networks.training import Trained, compare, train
from attention_lab.pictures import ScorePlot, predict_then_run
from attention_lab.pictures.cloformer import (keep_cloths, print_what_is_used, show_cloths,
                                              slide_waves)
from attention_lab.pictures.prediction import after_predicting, remind
from attention_lab.tasks.cloth_net import ClothNet, parameters, with_open_gate
from attention_lab.tasks.scoring import right_of_each
from attention_lab.tasks.woven_cloths import woven_cloths

from attention_lab import begin

__all__ = [
    "ClothNet", "F", "ScorePlot", "Trained", "after_predicting", "begin", "check", "compare", "keep_cloths", "nn",
    "parameters", "predict_then_run", "print_what_is_used", "progress", "remind", "review", "right_of_each",
    "show_cloths", "slide_waves", "torch", "train", "with_open_gate", "woven_cloths"
]
