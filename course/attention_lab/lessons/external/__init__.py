"""What the page of lesson 07a_external uses."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from ... import begin, check, progress, review
from ...networks.cost import cost
from ...networks.training import Trained, compare, train
from ...pictures import predict_then_run
from ...pictures.borrowed import show_own_and_borrowed
from ...pictures.prediction import INVITATION, after_predicting, remind
from ...significance.gaps import print_gaps
from .pictures import show_answers, show_examples, slide_green_discs
from .task import QUESTIONS, SelfAttention, disc_network, hue_discs, mlp, right_on_discs

__all__ = [
    "F", "FlopCounterMode", "INVITATION", "QUESTIONS", "SelfAttention", "Trained", "after_predicting", "begin",
    "check", "compare", "cost", "disc_network", "hue_discs", "mlp", "nn", "predict_then_run", "print_gaps",
    "progress", "remind", "review", "right_on_discs", "show_answers", "show_examples", "show_own_and_borrowed",
    "slide_green_discs", "torch", "train"
]
