"""What the page of lesson e1_scnet uses."""

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.cost import cost
from ...networks.training import Trained, compare_arms
from ...pictures import predict_then_run, show, show_images
from ...pictures.prediction import INVITATION, after_predicting, remind
from .experiment import CHANNELS, PLANES, Plain, dots_plot, learn_dots, network, print_controls, rows_seen, tested
from .pictures import show_answers_at_dots, show_gates, slide_a_view
from .task import enlarging, ringed_dots, seen

__all__ = [
    "CHANNELS", "F", "INVITATION", "PLANES", "Plain", "Trained", "after_predicting", "begin", "check", "compare_arms",
    "cost", "dots_plot", "enlarging", "learn_dots", "network", "nn", "predict_then_run", "print_controls", "progress",
    "remind", "review", "ringed_dots", "rows_seen", "seen", "show", "show_answers_at_dots", "show_gates",
    "show_images", "slide_a_view", "tested", "torch"
]
