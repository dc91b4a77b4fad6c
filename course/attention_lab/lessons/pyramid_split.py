"""What the page of lesson 06a_pyramid_split uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress, review
from attention_lab.networks.backbones import parameters, resnet
from attention_lab.networks.cost import cost
from attention_lab.networks.threads import one_thread
from attention_lab.networks.training import compare, train
from attention_lab.pictures import predict_then_run, show
from attention_lab.pictures.gaps import print_verdicts
from attention_lab.pictures.longer_runs import longer_runs, runs_in_words, short_and_longer_runs
from attention_lab.pictures.mixing_desk import desk_in_words, mixing_desk
from attention_lab.pictures.prediction import remind
from attention_lab.pictures.touch import slide
from attention_lab.tasks.striped_cloths import direction_namer, striped_cloths, with_other_dots

from attention_lab import begin

__all__ = [
    "F", "begin", "check", "compare", "cost", "course_map", "desk_in_words", "direction_namer", "longer_runs",
    "mixing_desk", "nn", "one_thread", "parameters", "predict_then_run", "print_verdicts", "progress", "remind",
    "resnet", "review", "runs_in_words", "short_and_longer_runs", "show", "slide", "striped_cloths", "torch",
    "train", "with_other_dots"
]
