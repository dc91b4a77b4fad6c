"""What the page of lesson e2_coordinate uses."""

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import compare_arms, train
from ...pictures import ScorePlot, predict_then_run, show, show_images
from ...pictures.prediction import INVITATION, after_predicting, remind
from ...tasks.data import photograph
from . import task as boards
from .pictures import show_crossings, slide_the_marks

__all__ = [
    "F", "INVITATION", "ScorePlot", "after_predicting", "begin", "boards", "check", "compare_arms", "nn", "photograph",
    "predict_then_run", "progress", "remind", "review", "show", "show_crossings", "show_images", "slide_the_marks",
    "torch", "train"
]
