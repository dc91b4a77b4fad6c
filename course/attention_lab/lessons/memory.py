"""What the page of lesson 05b_memory uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

from attention_lab import check, progress
from attention_lab.networks.cost import cost
from attention_lab.networks.largest_storage import largest_storage
from attention_lab.pictures import predict_then_run, show
from attention_lab.pictures.keepsake import keepsake
from attention_lab.pictures.memory_growth import growth_in_words, memory_growth
from attention_lab.pictures.sliders import so_far_in_words, softmax_so_far
from attention_lab.pictures.touch import slide
from attention_lab.tasks.pixels_alike import noisy_photograph, pixels_alike

from attention_lab import begin

__all__ = [
    "F", "begin", "check", "checkpoint", "cost", "growth_in_words", "keepsake", "largest_storage", "memory_growth",
    "nn", "noisy_photograph", "pixels_alike", "predict_then_run", "progress", "show", "slide", "so_far_in_words",
    "softmax_so_far", "torch"
]
