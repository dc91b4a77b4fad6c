"""What the page of lesson 00_warmup uses."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, course_map, progress
from ...networks.training import Trained, compare, train
from ...pictures import predict_then_run, show, show_images
from ...pictures.prediction import after_predicting, remind
from ...significance.gaps import print_gaps
from ...tasks.data import photograph
from .pictures import keep_cards, show_losses_and_questions, slide_a_query, spotlight
from .task import CARD_COLOURS, AnswerLoss, CardPlayer, as_inputs, card_games, card_pictures, right_answers

__all__ = [
    "AnswerLoss", "CARD_COLOURS", "CardPlayer", "F", "Trained", "after_predicting", "as_inputs", "begin",
    "card_games", "card_pictures", "check", "compare", "course_map", "keep_cards", "math", "nn", "photograph",
    "predict_then_run", "print_gaps", "progress", "remind", "right_answers", "show", "show_images",
    "show_losses_and_questions", "slide_a_query", "spotlight", "torch", "train"
]
