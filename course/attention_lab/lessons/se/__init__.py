"""What the page of lesson 01_se uses."""

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import Trained, compare, train
from ...pictures import ScorePlot, predict_then_run, show, show_images
from ...pictures.prediction import remind
from ...tasks.data import lamp_scenes, with_two_lamps
from .pictures import show_answers_under_lamps, slide_a_lamp
from .task import CHANNELS, GateEachPosition, colour_reader, loss_at_centre, right_at_centre

__all__ = [
    "CHANNELS", "F", "GateEachPosition", "ScorePlot", "Trained", "begin", "check", "colour_reader", "compare",
    "lamp_scenes", "loss_at_centre", "nn", "predict_then_run", "progress", "remind", "review", "right_at_centre",
    "show", "show_answers_under_lamps", "show_images", "slide_a_lamp", "torch", "train", "with_two_lamps"
]
