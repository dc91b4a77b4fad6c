"""What the page of lesson 00_warmup uses. The build writes this file from the page's imports."""
# ruff: noqa: I001

import math

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab import check, course_map, progress
from attention_lab.networks.training import Trained, compare, train
from attention_lab.pictures import predict_then_run, show, show_images
from attention_lab.pictures.gaps import print_gaps
from attention_lab.pictures.prediction import after_predicting, remind
from attention_lab.pictures.warmup import (keep_cards, show_losses_and_questions, slide_a_query,
                                           spotlight)
from attention_lab.tasks.card_games import (CARD_COLOURS, AnswerLoss, CardPlayer, as_inputs,
                                            card_games, card_pictures, right_answers)
from attention_lab.tasks.data import photograph

from attention_lab import begin

__all__ = [
    "AnswerLoss", "CARD_COLOURS", "CardPlayer", "F", "Trained", "after_predicting", "as_inputs", "begin",
    "card_games", "card_pictures", "check", "compare", "course_map", "keep_cards", "math", "nn", "photograph",
    "predict_then_run", "print_gaps", "progress", "remind", "right_answers", "show", "show_images",
    "show_losses_and_questions", "slide_a_query", "spotlight", "torch", "train"
]
