"""Answers that are asked for at some positions of a picture alone, and the share of them that is right."""

from __future__ import annotations

import torch
from torch import Tensor

UNASKED = -100  # the answer at positions where none is asked for; cross_entropy ignores it


def right_of_each(scores: Tensor, answers: Tensor) -> float:
    """The share of right answers at the positions of each answer that occurs; the mean of these shares, in %.

    scores: (n, answers, H, W). answers: (n, H, W), below 0 where none is asked for. So a guess, or always the same
    answer, gives 50 where there are two.
    """
    right = scores.argmax(1) == answers
    return 100 * torch.stack([right[answers == each].float().mean()
                              for each in answers[answers >= 0].unique()]).mean().item()
