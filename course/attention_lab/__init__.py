"""The small library of the course *Attention by Hand*.

    from attention_lab import check, course_map, progress, puzzle, report_problem, review, solution

notebook: the functions that a learner calls in a lesson.
checking: compares an answer with the recorded one.
tasks: the data from which networks learn.
networks: training, cost, and the papers' networks.
pictures: plots, and pictures with sliders.
significance: whether one score is above another by more than luck.
lessons: for each lesson a kit, with what this lesson alone uses.
"""

from . import supported  # noqa: F401  first of all: it refuses a Python or a torch that is too old for the rest

# isort: split
from .notebook.begin import begin
from .notebook.check import check
from .notebook.course_map import course_map
from .notebook.progress import progress
from .notebook.puzzle import puzzle, solution
from .notebook.report_problem import report_problem
from .notebook.review import review

__all__ = ["begin", "check", "course_map", "progress", "puzzle", "report_problem", "review", "solution"]
