"""What the page of lesson e3_catnet uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import math

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, progress, review
from attention_lab.networks.training import Trained, compare, train
from attention_lab.pictures import ScorePlot, predict_then_run
from attention_lab.pictures.catnet import (keep_episodes, show_by_colours, show_two_episodes,
                                           touch_a_mask)
from attention_lab.pictures.longer_runs import longer_runs
from attention_lab.pictures.prediction import remind
from attention_lab.tasks.episodes import (map_loss, packed, striped_episodes, trained_iou,
                                          unpacked, untrained_iou, with_another_support)

from attention_lab import begin

__all__ = [
    "F", "ScorePlot", "Trained", "begin", "check", "compare", "keep_episodes", "longer_runs", "map_loss", "math",
    "nn", "packed", "predict_then_run", "progress", "remind", "review", "show_by_colours", "show_two_episodes",
    "striped_episodes", "torch", "touch_a_mask", "train", "trained_iou", "unpacked", "untrained_iou",
    "with_another_support"
]
