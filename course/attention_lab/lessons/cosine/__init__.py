"""What the page of lesson 08b_cosine uses."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...pictures import predict_then_run
from ...pictures.look import look
from ...pictures.prediction import after_predicting
from ...tasks.data import photograph
from .experiment import in_wider_windows, with_transform
from .pictures import colours_of, keep_answers, show_bias

__all__ = [
    "F", "after_predicting", "begin", "check", "colours_of", "in_wider_windows", "keep_answers", "look", "math", "nn",
    "photograph", "predict_then_run", "progress", "review", "show_bias", "torch", "with_transform"
]
