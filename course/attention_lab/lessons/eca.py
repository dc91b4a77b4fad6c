"""What the page of lesson 02_eca uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import math

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, progress, review
from attention_lab.networks.released_eca import print_released_kernels
from attention_lab.networks.training import Trained, compare, train
from attention_lab.pictures import ScorePlot, show, show_gate, show_means
from attention_lab.pictures.eca import (gates_of, show_matrices, show_tuned_in, slide_a_kernel,
                                        with_kernel)
from attention_lab.pictures.prediction import remind
from attention_lab.tasks.glowing_discs import (BANDS, disc_finder, glowing_discs, overlap,
                                               pixel_loss)

from attention_lab import begin

__all__ = [
    "BANDS", "F", "ScorePlot", "Trained", "begin", "check", "compare", "disc_finder", "gates_of", "glowing_discs",
    "math", "nn", "overlap", "pixel_loss", "print_released_kernels", "progress", "remind", "review", "show",
    "show_gate", "show_matrices", "show_means", "show_tuned_in", "slide_a_kernel", "torch", "train", "with_kernel"
]
