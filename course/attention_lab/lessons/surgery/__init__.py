"""What the page of lesson e4_surgery uses."""

import copy
import difflib

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.lite0 import our_name
from ...pictures import predict_then_run
from ...pictures.keepsake import keepsake
from ...pictures.prediction import after_predicting, remind
from .experiment import (
                         before_and_after,
                         compare_half,
                         compare_shortcuts,
                         one_block_at_a_time,
                         print_norms,
                         print_starts,
                         seen,
                         show_pictures,
                         try_starts,
                         with_gamma,
)
from .grad_cam import grad_cam
from .pictures import lit, show_blocks, slide_gamma
from .task import Half, Patient, TwoZeros, features_for, learn_to_dim, normalised, places, square

__all__ = [
    "F", "Half", "Patient", "TwoZeros", "after_predicting", "before_and_after", "begin", "check", "compare_half",
    "compare_shortcuts", "copy", "difflib", "features_for", "grad_cam", "keepsake", "learn_to_dim", "lit", "nn",
    "normalised", "one_block_at_a_time", "our_name", "places", "predict_then_run", "print_norms", "print_starts",
    "progress", "remind", "review", "seen", "show_blocks", "show_pictures", "slide_gamma", "square", "torch",
    "try_starts", "with_gamma"
]
