"""What the page of lesson 02_eca uses."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import Trained, compare, train
from ...pictures import ScorePlot, show, show_gate, show_means
from ...pictures.prediction import remind
from .pictures import gates_of, show_matrices, show_tuned_in, slide_a_kernel, with_kernel
from .released_eca import print_released_kernels
from .task import BANDS, disc_finder, glowing_discs, overlap, pixel_loss

__all__ = [
    "BANDS", "F", "ScorePlot", "Trained", "begin", "check", "compare", "disc_finder", "gates_of", "glowing_discs",
    "math", "nn", "overlap", "pixel_loss", "print_released_kernels", "progress", "remind", "review", "show",
    "show_gate", "show_matrices", "show_means", "show_tuned_in", "slide_a_kernel", "torch", "train", "with_kernel"
]
