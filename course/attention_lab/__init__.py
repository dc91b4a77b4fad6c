"""The small library of the course *Attention by Hand*: checks, pictures, data, a training loop, a cost meter.

    from attention_lab import check, course_map, progress, puzzle, review, solution
"""

from .check import check
from .course_map import course_map
from .progress import progress
from .review import review
from .way_out import puzzle, solution

__all__ = ["check", "course_map", "progress", "puzzle", "review", "solution"]
