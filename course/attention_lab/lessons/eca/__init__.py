"""What the page of lesson 02_eca uses."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import compare_arms
from ...pictures import show, show_gate, show_means
from ...pictures.prediction import remind
from .experiment import NEW_ORDER, matrix_gate, on_discs, se_gate
from .pictures import gates_of, keep_colours, show_matrices, show_tuned_in, slide_a_kernel, with_kernel
from .released_eca import print_released_kernels
from .task import BANDS, glowing_discs

__all__ = [
    "BANDS", "F", "NEW_ORDER", "begin", "check", "compare_arms", "gates_of", "glowing_discs", "keep_colours", "math",
    "matrix_gate", "nn", "on_discs", "print_released_kernels", "progress", "remind", "review", "se_gate", "show",
    "show_gate", "show_matrices", "show_means", "show_tuned_in", "slide_a_kernel", "torch", "with_kernel"
]
