"""What the page of lesson 04_bam uses."""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.training import compare_arms
from ...pictures import predict_then_run
from ...pictures.longer_runs import longer_runs
from ...pictures.look import look
from ...pictures.own_picture import my_picture
from ...pictures.prediction import remind
from ...tasks.data import photograph
from .dilated_reach import ways_to_the_centre, window
from .experiment import WithoutGate, on_strips
from .hand_made import made_to_stand_out
from .pictures import print_sides, show_posted_and_repaired, show_ways, show_what_branches_mark, slide_a_position
from .task import CHANNELS, bars_and_posts, right_on_strips, strip_reader

__all__ = [
    "CHANNELS", "F", "OrderedDict", "WithoutGate", "bars_and_posts", "begin", "check", "compare_arms", "longer_runs",
    "look", "made_to_stand_out", "my_picture", "nn", "on_strips", "photograph", "predict_then_run", "print_sides",
    "progress", "remind", "review", "right_on_strips", "show_posted_and_repaired", "show_ways",
    "show_what_branches_mark", "slide_a_position", "strip_reader", "torch", "ways_to_the_centre", "window"
]
