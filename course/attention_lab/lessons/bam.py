"""What the page of lesson 04_bam uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, progress, review
from attention_lab.networks.cost import cost
from attention_lab.networks.dilated_reach import ways_to_the_centre, window
from attention_lab.networks.training import Trained, compare, train
from attention_lab.pictures import ScorePlot, predict_then_run, show
from attention_lab.pictures.bam import (print_sides, show_posted_and_repaired, show_ways,
                                        show_what_branches_mark, slide_a_position)
from attention_lab.pictures.longer_runs import longer_runs
from attention_lab.pictures.prediction import remind
from attention_lab.tasks.bars_and_posts import (CHANNELS, bars_and_posts, right_on_strips,
                                                strip_reader)

from attention_lab import begin

__all__ = [
    "CHANNELS", "F", "OrderedDict", "ScorePlot", "Trained", "bars_and_posts", "begin", "check", "compare", "cost",
    "longer_runs", "nn", "predict_then_run", "print_sides", "progress", "remind", "review", "right_on_strips",
    "show", "show_posted_and_repaired", "show_ways", "show_what_branches_mark", "slide_a_position", "strip_reader",
    "torch", "train", "ways_to_the_centre", "window"
]
