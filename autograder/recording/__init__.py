"""Records what the reference and every catalogued mistake do with an exercise's cases: the visible ones for the build,
the hidden ones for the judge. Trusted side only."""

from .cases import record_case, record_exercise
from .mistakes import answered, record_mistakes, run_source, unrepaired

__all__ = ["answered", "record_case", "record_exercise", "record_mistakes", "run_source", "unrepaired"]
