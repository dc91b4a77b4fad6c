"""What the page of lesson 10_capstone uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress
from attention_lab.networks.adapters import plugged
from attention_lab.networks.backbones import resnet
from attention_lab.networks.paper_tables import network, paper_table
from attention_lab.networks.places import PlacedAttention
from attention_lab.networks.restore import agreement
from attention_lab.networks.training import compare, train
from attention_lab.notebook.study import study
from attention_lab.notebook.train_resnet import train_resnet
from attention_lab.pictures import predict_then_run
from attention_lab.pictures.capstone import (
    billions_of_multiply_adds,
    print_missing,
    print_sizes,
    show_task_scores,
    slide_answers,
)
from attention_lab.pictures.prediction import after_predicting, remind
from attention_lab.tasks.five_tasks import TASKS, WIDTH, TaskNet
from attention_lab.tasks.task_scores import score, train_questions, with_means

from attention_lab import begin

__all__ = [
    "F", "OrderedDict", "PlacedAttention", "TASKS", "TaskNet", "WIDTH", "after_predicting", "agreement", "begin",
    "billions_of_multiply_adds", "check", "compare", "course_map", "network", "nn", "paper_table", "plugged",
    "predict_then_run", "print_missing", "print_sizes", "progress", "remind", "resnet", "score", "show_task_scores",
    "slide_answers", "study", "torch", "train", "train_questions", "train_resnet", "with_means"
]
