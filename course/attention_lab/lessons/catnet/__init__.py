"""What the page of lesson e3_catnet uses."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import Trained, compare_arms, train
from ...pictures import ScorePlot, predict_then_run, show, show_images
from ...pictures.longer_runs import longer_runs
from ...pictures.prediction import remind
from ...tasks.data import photograph
from .pictures import keep_episodes, show_by_colours, show_two_episodes, touch_a_mask
from .task import map_loss, packed, striped_episodes, trained_iou, unpacked, untrained_iou, with_another_support

__all__ = [
    "F", "ScorePlot", "Trained", "begin", "check", "compare_arms", "keep_episodes", "longer_runs", "map_loss", "math",
    "nn", "packed", "photograph", "predict_then_run", "progress", "remind", "review", "show", "show_by_colours",
    "show_images", "show_two_episodes",
    "striped_episodes", "torch", "touch_a_mask", "train", "trained_iou", "unpacked", "untrained_iou",
    "with_another_support"
]
