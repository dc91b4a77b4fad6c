"""What the page of lesson e1_scnet uses."""

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.cost import cost
from ...networks.training import Trained, compare, train
from ...pictures import ScorePlot, predict_then_run, show, show_images
from ...pictures.prediction import INVITATION, after_predicting, remind
from .pictures import show_answers_at_dots, slide_a_view
from .task import enlarging, right_at_dots, ringed_dots, seen

__all__ = [
    "F", "INVITATION", "ScorePlot", "Trained", "after_predicting", "begin", "check", "compare", "cost", "enlarging",
    "nn", "predict_then_run", "progress", "remind", "review", "right_at_dots", "ringed_dots", "seen", "show",
    "show_answers_at_dots", "show_images", "slide_a_view", "torch", "train"
]
