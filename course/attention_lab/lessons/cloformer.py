"""What the page of lesson 09_cloformer uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, progress, review
from attention_lab.networks.training import Trained, compare, train
from attention_lab.pictures import predict_then_run
from attention_lab.pictures.cloformer import keep_cloths, show_cloths, show_scores, slide_waves
from attention_lab.pictures.prediction import remind
from attention_lab.tasks.cloth_net import ClothNet, parameters, with_open_gate
from attention_lab.tasks.scoring import right_of_each
from attention_lab.tasks.woven_cloths import woven_cloths

from attention_lab import begin

__all__ = [
    "ClothNet", "F", "Trained", "begin", "check", "compare", "keep_cloths", "nn", "parameters", "predict_then_run",
    "progress", "remind", "review", "right_of_each", "show_cloths", "show_scores", "slide_waves", "torch", "train",
    "with_open_gate", "woven_cloths"
]
