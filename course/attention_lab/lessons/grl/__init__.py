"""What the page of lesson 08c_grl uses."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import compare_arms, train
from ...pictures import predict_then_run, show, show_images
from ...pictures.prediction import after_predicting, remind
from .pictures import keep_photographs, point_at_wall, show_before_and_after, show_restored
from .relative_positions import relative_coords_table, relative_position_index
from .stripes import print_reach, training_memory
from .task import PHOTOGRAPHS, Restorer, gains, noisy, photograph_crops, restore_each, restored_at, sticker_walls
from .wall_net import WallNet, error_at_damage, left_as_it_is, wall_targets

__all__ = [
    "F", "PHOTOGRAPHS", "Restorer", "WallNet", "after_predicting", "begin", "check", "compare_arms", "error_at_damage",
    "gains", "keep_photographs", "left_as_it_is", "math", "nn", "noisy", "photograph_crops", "point_at_wall",
    "predict_then_run", "print_reach", "progress", "relative_coords_table", "relative_position_index", "remind",
    "restore_each", "restored_at", "review", "show", "show_before_and_after", "show_images", "show_restored",
    "sticker_walls", "torch", "train", "training_memory", "wall_targets"
]
