"""What the page of lesson e3_catnet uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import math

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.networks.training import compare, train
from attention_lab.notebook.challenge import challenge
from attention_lab.pictures import predict_then_run
from attention_lab.pictures.catnet import (show_by_colours, show_ious, show_two_episodes,
                                           touch_a_mask)
from attention_lab.pictures.gaps import print_gaps
from attention_lab.pictures.longer_runs import longer_runs
from attention_lab.pictures.prediction import remind
from attention_lab.tasks.episodes import (map_loss, packed, striped_episodes, trained_iou,
                                          unpacked, untrained_iou, with_another_support)

from attention_lab import begin

__all__ = [
    "F", "begin", "challenge", "check", "compare", "course_map", "longer_runs", "map_loss", "math", "nn", "packed",
    "predict_then_run", "print_gaps", "progress", "remind", "review", "show_by_colours", "show_ious",
    "show_two_episodes", "striped_episodes", "torch", "touch_a_mask", "train", "trained_iou", "unpacked",
    "untrained_iou", "with_another_support"
]
