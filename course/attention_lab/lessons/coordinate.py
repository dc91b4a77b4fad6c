"""What the page of lesson e2_coordinate uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab.tasks import boards
from attention_lab import check, progress, review
from attention_lab.pictures import ScorePlot, predict_then_run
from attention_lab.pictures.prediction import INVITATION, after_predicting, remind
from attention_lab.pictures.coordinate import show_crossings, slide_the_marks
from attention_lab.networks.training import compare, train

from attention_lab import begin

__all__ = [
    "F", "INVITATION", "ScorePlot", "after_predicting", "begin", "boards", "check", "compare", "nn",
    "predict_then_run", "progress", "remind", "review", "show_crossings", "slide_the_marks", "torch", "train"
]
