"""What the page of lesson 05c_vit uses."""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import Trained, compare, train
from ...pictures import ScorePlot, predict_then_run, show, show_images
from ...pictures.keepsake import keepsake
from ...pictures.longer_runs import longer_runs
from ...pictures.look import look
from ...pictures.prediction import after_predicting, remind
from ...tasks.data import photograph
from .mirror_boards import NEVER, board_reader, mirror_boards, right_on_boards
from .photo_digits import (
    ThreeConvolutions,
    class_token_reads,
    new_digits,
    print_shares_in_the_middle,
    print_what_differs,
    read_digits,
)
from .pictures import compare_scales, lit_up
from .task import DIM, asked_loss, flag_reader, flags, right_on_flags

__all__ = [
    "DIM", "F", "NEVER", "OrderedDict", "ScorePlot", "ThreeConvolutions", "Trained", "after_predicting", "asked_loss",
    "begin", "board_reader", "check", "class_token_reads", "compare", "compare_scales", "flag_reader", "flags",
    "keepsake", "lit_up", "longer_runs", "look", "mirror_boards", "new_digits", "nn", "photograph",
    "predict_then_run", "print_shares_in_the_middle", "print_what_differs", "progress", "read_digits", "remind",
    "review", "right_on_boards", "right_on_flags", "show", "show_images", "torch", "train"
]
