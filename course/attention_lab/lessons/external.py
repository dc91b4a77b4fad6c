"""What the page of lesson 07a_external uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from attention_lab import check, progress, review
from attention_lab.networks.cost import cost
from attention_lab.networks.training import Trained, compare, train
from attention_lab.pictures import predict_then_run
from attention_lab.pictures.external import (show_answers, show_examples, show_own_and_borrowed,
                                             slide_green_discs)
from attention_lab.pictures.prediction import INVITATION, after_predicting, remind
from attention_lab.pictures.gaps import print_gaps
from attention_lab.tasks.hue_discs import (QUESTIONS, SelfAttention, disc_network, hue_discs,
                                           mlp, right_on_discs)

from attention_lab import begin

__all__ = [
    "F", "FlopCounterMode", "INVITATION", "QUESTIONS", "SelfAttention", "Trained", "after_predicting", "begin",
    "check", "compare", "cost", "disc_network", "hue_discs", "mlp", "nn", "predict_then_run", "print_gaps",
    "progress", "remind", "review", "right_on_discs", "show_answers", "show_examples", "show_own_and_borrowed",
    "slide_green_discs", "torch", "train"
]
