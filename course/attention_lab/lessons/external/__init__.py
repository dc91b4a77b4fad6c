"""What the page of lesson 07a_external uses."""

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import compare_arms
from ...pictures import predict_then_run
from ...pictures.borrowed import show_own_and_borrowed
from ...pictures.look import look
from ...pictures.own_picture import my_picture
from ...pictures.prediction import INVITATION, after_predicting, remind
from ...significance.gaps import print_gaps
from ...tasks.data import photograph
from .costs import beside_self_attention, beside_torchs_heads
from .experiment import CHANNELS, compare_on_discs, learn, new_discs
from .pictures import (
    SLOTS,
    colour_keys,
    colour_tokens,
    show_answers,
    show_examples,
    show_favourites,
    slide_green_discs,
)
from .task import QUESTIONS, PlainSoftmax, SelfAttention, disc_network, hue_discs, mlp, right_on_discs

__all__ = [
    "CHANNELS", "F", "INVITATION", "PlainSoftmax", "QUESTIONS", "SLOTS", "SelfAttention", "after_predicting", "begin",
    "beside_self_attention", "beside_torchs_heads", "check", "colour_keys", "colour_tokens", "compare_arms",
    "compare_on_discs", "disc_network", "hue_discs", "learn", "look", "mlp", "my_picture", "new_discs", "nn",
    "photograph", "predict_then_run", "print_gaps", "progress", "remind", "review", "right_on_discs", "show_answers",
    "show_examples", "show_favourites", "show_own_and_borrowed", "slide_green_discs", "torch"
]
