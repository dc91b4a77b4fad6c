"""What the page of lesson e1_scnet uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, progress, review
from attention_lab.networks.cost import cost
from attention_lab.networks.training import Trained, compare, train
from attention_lab.pictures import ScorePlot, predict_then_run, show, show_images
from attention_lab.pictures.prediction import INVITATION, after_predicting, remind
from attention_lab.pictures.scnet import show_answers_at_dots, slide_a_view
from attention_lab.tasks.ringed_dots import enlarging, right_at_dots, ringed_dots, seen

from attention_lab import begin

__all__ = [
    "F", "INVITATION", "ScorePlot", "Trained", "after_predicting", "begin", "check", "compare", "cost", "enlarging",
    "nn", "predict_then_run", "progress", "remind", "review", "right_at_dots", "ringed_dots", "seen", "show",
    "show_answers_at_dots", "show_images", "slide_a_view", "torch", "train"
]
