"""What the page of lesson 01_se uses."""

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import compare_arms
from ...pictures import predict_then_run, show, show_images
from ...pictures.prediction import remind
from ...tasks.data import lamp_scenes
from .experiment import GatesAdded, on_papers
from .pictures import show_answers_under_lamps, show_photograph_under_lamps, slide_a_lamp
from .task import CHANNELS, GateEachPosition

__all__ = [
    "CHANNELS", "F", "GateEachPosition", "GatesAdded", "begin", "check", "compare_arms", "lamp_scenes", "nn",
    "on_papers", "predict_then_run", "progress", "remind", "review", "show", "show_answers_under_lamps", "show_images",
    "show_photograph_under_lamps", "slide_a_lamp", "torch"
]
