"""What the page of lesson 09_cloformer uses."""

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import compare_arms
from ...pictures import predict_then_run
from ...pictures.own_picture import my_picture
from ...pictures.prediction import after_predicting, remind
from ...tasks.data import photograph
from .cloth_net import ClothNet
from .experiment import on_cloths
from .photographs import slide_photograph
from .pictures import answer_the_drawing, keep_cloths, print_what_is_used, show_cloths
from .task import woven_cloths

__all__ = [
    "ClothNet", "F", "after_predicting", "answer_the_drawing", "begin", "check", "compare_arms", "keep_cloths",
    "my_picture", "nn", "on_cloths", "photograph", "predict_then_run", "print_what_is_used", "progress", "remind",
    "review", "show_cloths", "slide_photograph", "torch", "woven_cloths"
]
