"""What the page of lesson 05b_memory uses."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

from ... import begin, check, progress
from ...networks.cost import cost
from ...pictures import predict_then_run, show
from ...pictures.keepsake import keepsake
from ...pictures.touch import slide
from .largest_storage import largest_storage
from .pictures import growth_in_words, memory_growth, so_far_in_words, softmax_so_far
from .task import noisy_photograph, pixels_alike

__all__ = [
    "F", "begin", "check", "checkpoint", "cost", "growth_in_words", "keepsake", "largest_storage", "memory_growth",
    "nn", "noisy_photograph", "pixels_alike", "predict_then_run", "progress", "show", "slide", "so_far_in_words",
    "softmax_so_far", "torch"
]
