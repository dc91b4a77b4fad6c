"""What the page of lesson 07b_rest uses."""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.cost import cost
from ...networks.training import compare_arms
from ...pictures import predict_then_run
from ...pictures.own_picture import my_picture
from ...pictures.prediction import after_predicting, remind
from ...tasks.data import photograph
from .experiment import CHANNELS, look_at_keys, on_legends, print_guesses, show_fields
from .photographs import keep_keys, show_what_sr_reads, slide_keys
from .pictures import slide_windows
from .rest_lite import ResTLite

__all__ = [
    "CHANNELS", "F", "OrderedDict", "ResTLite", "after_predicting", "begin", "check", "compare_arms", "cost",
    "keep_keys", "look_at_keys", "my_picture", "nn", "on_legends", "photograph", "predict_then_run", "print_guesses",
    "progress", "remind", "review", "show_fields", "show_what_sr_reads", "slide_keys", "slide_windows", "torch"
]
