"""What the page of lesson 05c_vit uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, progress, review
from attention_lab.networks.cost import cost
from attention_lab.networks.training import Trained, compare, train
from attention_lab.pictures import ScorePlot, predict_then_run, show, show_images
from attention_lab.pictures.keepsake import keepsake
from attention_lab.pictures.longer_runs import longer_runs
from attention_lab.pictures.look import look
from attention_lab.pictures.prediction import after_predicting, remind
from attention_lab.pictures.vit import compare_scales, lit_up
from attention_lab.tasks.data import photograph
from attention_lab.tasks.flags import DIM, asked_loss, flag_reader, flags, right_on_flags
from attention_lab.tasks.mirror_boards import (NEVER, board_reader, mirror_boards,
                                               right_on_boards)

from attention_lab import begin

__all__ = [
    "DIM", "F", "NEVER", "OrderedDict", "ScorePlot", "Trained", "after_predicting", "asked_loss", "begin",
    "board_reader", "check", "compare", "compare_scales", "cost", "flag_reader", "flags", "keepsake", "lit_up",
    "longer_runs", "look", "mirror_boards", "nn", "photograph", "predict_then_run", "progress", "remind", "review",
    "right_on_boards", "right_on_flags", "show", "show_images", "torch", "train"
]
