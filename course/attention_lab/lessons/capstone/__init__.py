"""What the page of lesson 10_capstone uses."""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, course_map, progress
from ...networks.backbones import resnet
from ...networks.training import compare_arms
from ...pictures import predict_then_run
from ...pictures.prediction import after_predicting, remind
from .adapters import plugged
from .experiment import on_tasks
from .five_tasks import TASKS, WIDTH
from .own_study import study
from .paper_tables import network, paper_table
from .pictures import print_missing, print_sizes, show_task_scores, slide_answers
from .places import PlacedAttention
from .released_weights import agreement
from .task_scores import score, with_means
from .whole_resnet import train_resnet

__all__ = [
    "F", "OrderedDict", "PlacedAttention", "TASKS", "WIDTH", "after_predicting", "agreement", "begin", "check",
    "compare_arms", "course_map", "network", "nn", "on_tasks", "paper_table", "plugged", "predict_then_run",
    "print_missing", "print_sizes", "progress", "remind", "resnet", "score", "show_task_scores", "slide_answers",
    "study", "torch", "train_resnet", "with_means"
]
