"""What the page of lesson e1_scnet uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.notebook.challenge import challenge
from attention_lab.networks.cost import cost
from attention_lab.pictures import predict_then_run, score_bars, show, show_images
from attention_lab.pictures.prediction import INVITATION, remind
from attention_lab.tasks.ringed_dots import enlarging, right_at_dots, ringed_dots, seen
from attention_lab.pictures.gaps import print_gaps
from attention_lab.pictures.scnet import slide_a_view
from attention_lab.networks.training import compare, train

from attention_lab import begin

__all__ = [
    "F", "INVITATION", "begin", "challenge", "check", "compare", "cost", "course_map", "enlarging", "nn",
    "predict_then_run", "print_gaps", "progress", "remind", "review", "right_at_dots", "ringed_dots", "score_bars",
    "seen", "show", "show_images", "slide_a_view", "torch", "train"
]
