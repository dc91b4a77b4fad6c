"""What the page of lesson 06a_pyramid_split uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, progress, review
from attention_lab.networks.backbones import parameters, resnet
from attention_lab.networks.training import Trained, compare, train
from attention_lab.pictures import ScorePlot, predict_then_run, show, show_images
from attention_lab.pictures.longer_runs import longer_runs
from attention_lab.pictures.mixing_desk import desk_in_words, mixing_desk, show_desks
from attention_lab.pictures.prediction import after_predicting, remind
from attention_lab.pictures.touch import slide
from attention_lab.tasks.striped_cloths import (DIRECTIONS, direction_namer, striped_cloths,
                                                with_other_dots)

from attention_lab import begin

__all__ = [
    "DIRECTIONS", "F", "ScorePlot", "Trained", "after_predicting", "begin", "check", "compare", "desk_in_words",
    "direction_namer", "longer_runs", "mixing_desk", "nn", "parameters", "predict_then_run", "progress", "remind",
    "resnet", "review", "show", "show_desks", "show_images", "slide", "striped_cloths", "torch", "train",
    "with_other_dots"
]
