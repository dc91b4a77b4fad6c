"""What the page of lesson 00_warmup uses."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ... import begin, check, course_map, progress
from ...networks.training import compare_arms
from ...pictures import predict_then_run, show, show_images
from ...pictures.look import look
from ...pictures.prediction import after_predicting, remind
from ...tasks.data import photograph
from .experiment import on_cards, plain_mean
from .pictures import keep_cards, print_matching_weights, show_losses_and_questions, slide_a_query, spotlight
from .task import CARD_COLOURS, CardPlayer, card_games, card_pictures

__all__ = [
    "CARD_COLOURS", "CardPlayer", "F", "after_predicting", "begin", "card_games", "card_pictures", "check",
    "compare_arms", "course_map", "keep_cards", "look", "math", "nn", "on_cards", "photograph", "plain_mean",
    "predict_then_run", "print_matching_weights", "progress", "remind", "show", "show_images",
    "show_losses_and_questions", "slide_a_query", "spotlight", "torch"
]
