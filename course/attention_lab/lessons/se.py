"""What the page of lesson 01_se uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, progress, review
from attention_lab.networks.training import Trained, compare, train
from attention_lab.pictures import ScorePlot, predict_then_run, show, show_images
from attention_lab.pictures.prediction import remind
from attention_lab.pictures.se import show_answers_under_lamps, slide_a_lamp
from attention_lab.tasks.data import lamp_scenes, with_two_lamps
from attention_lab.tasks.papers_under_lamps import (CHANNELS, GateEachPosition, colour_reader,
                                                    loss_at_centre, right_at_centre)

from attention_lab import begin

__all__ = [
    "CHANNELS", "F", "GateEachPosition", "ScorePlot", "Trained", "begin", "check", "colour_reader", "compare",
    "lamp_scenes", "loss_at_centre", "nn", "predict_then_run", "progress", "remind", "review", "right_at_centre",
    "show", "show_answers_under_lamps", "show_images", "slide_a_lamp", "torch", "train", "with_two_lamps"
]
