"""What the page of lesson 04_bam uses."""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, progress, review
from ...networks.cost import cost
from ...networks.training import Trained, compare, train
from ...pictures import ScorePlot, predict_then_run, show
from ...pictures.longer_runs import longer_runs
from ...pictures.prediction import remind
from .dilated_reach import ways_to_the_centre, window
from .pictures import print_sides, show_posted_and_repaired, show_ways, show_what_branches_mark, slide_a_position
from .task import CHANNELS, bars_and_posts, right_on_strips, strip_reader

__all__ = [
    "CHANNELS", "F", "OrderedDict", "ScorePlot", "Trained", "bars_and_posts", "begin", "check", "compare", "cost",
    "longer_runs", "nn", "predict_then_run", "print_sides", "progress", "remind", "review", "right_on_strips",
    "show", "show_posted_and_repaired", "show_ways", "show_what_branches_mark", "slide_a_position", "strip_reader",
    "torch", "train", "ways_to_the_centre", "window"
]
