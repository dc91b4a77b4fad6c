"""The score of answers that are wanted only at some positions of a picture."""

from __future__ import annotations

import torch
from torch import Tensor

UNASKED = -100  # the answer at positions without a question; cross_entropy ignores it


def right_of_each(scores: Tensor, answers: Tensor) -> float:
    """Returns the mean over all answers of the share of their positions that are answered correctly, in %.

    So with two answers, guessing gives 50, and so does the same answer everywhere.

    scores: (n, answers, H, W).
    answers: (n, H, W), below 0 where there is no question.
    """
    right = scores.argmax(1) == answers
    return 100 * torch.stack([right[answers == each].float().mean()
                              for each in answers[answers >= 0].unique()]).mean().item()
