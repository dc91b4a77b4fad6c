"""What the page of lesson e4_surgery uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import copy
import difflib

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, progress, review
from attention_lab.networks.grad_cam import grad_cam
from attention_lab.networks.lite0 import our_name
from attention_lab.pictures import predict_then_run, show, show_images
from attention_lab.pictures.keepsake import keepsake
from attention_lab.pictures.prediction import after_predicting, remind
from attention_lab.pictures.surgery import lit, show_blocks, slide_gamma
from attention_lab.tasks.surgery import (EARLY, PHOTOGRAPHS, Half, Patient, TwoZeros, after,
                                         features_for, learn_to_dim, named, normalised, places,
                                         square)

from attention_lab import begin

__all__ = [
    "EARLY", "F", "Half", "PHOTOGRAPHS", "Patient", "TwoZeros", "after", "after_predicting", "begin", "check",
    "copy", "difflib", "features_for", "grad_cam", "keepsake", "learn_to_dim", "lit", "named", "nn", "normalised",
    "our_name", "places", "predict_then_run", "progress", "remind", "review", "show", "show_blocks", "show_images",
    "slide_gamma", "square", "torch"
]
