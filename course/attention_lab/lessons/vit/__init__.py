"""What the page of lesson 05c_vit uses."""

import copy
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import train
from ...pictures import predict_then_run, show, show_images
from ...pictures.look import look
from ...pictures.own_picture import my_picture
from ...pictures.prediction import after_predicting, remind
from ...tasks.data import photograph
from .flag_experiment import compare_on_flags, head_maps, plot, search_once
from .mirror_boards import board_reader, compare_places
from .photo_digits import (
    ThreeConvolutions,
    print_look_ups,
    print_shares_in_the_middle,
    right_digits,
    train_on_digits,
)
from .pictures import compare_scales, keep_heads, show_new_digits, show_tokens, touch_digits
from .task import DIM, asked_loss, flag_reader, flags, right_on_flags

__all__ = [
    "DIM", "F", "OrderedDict", "ThreeConvolutions", "after_predicting", "asked_loss", "begin", "board_reader",
    "check", "compare_on_flags", "compare_places", "compare_scales", "copy", "flag_reader", "flags", "head_maps",
    "keep_heads", "look", "my_picture", "nn", "photograph", "plot", "predict_then_run", "print_look_ups",
    "print_shares_in_the_middle", "progress", "remind", "review", "right_digits", "right_on_flags", "search_once",
    "show", "show_images", "show_new_digits", "show_tokens", "torch", "touch_digits", "train", "train_on_digits"
]
