"""What the page of lesson e4_surgery uses."""

import copy
import difflib

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.lite0 import our_name
from ...pictures import predict_then_run, show, show_images
from ...pictures.keepsake import keepsake
from ...pictures.prediction import after_predicting, remind
from .grad_cam import grad_cam
from .pictures import lit, show_blocks, slide_gamma
from .task import (
                   EARLY,
                   PHOTOGRAPHS,
                   Half,
                   Patient,
                   TwoZeros,
                   after,
                   features_for,
                   learn_to_dim,
                   named,
                   normalised,
                   places,
                   square,
)

__all__ = [
    "EARLY", "F", "Half", "PHOTOGRAPHS", "Patient", "TwoZeros", "after", "after_predicting", "begin", "check",
    "copy", "difflib", "features_for", "grad_cam", "keepsake", "learn_to_dim", "lit", "named", "nn", "normalised",
    "our_name", "places", "predict_then_run", "progress", "remind", "review", "show", "show_blocks", "show_images",
    "slide_gamma", "square", "torch"
]
