"""The small library of the course *Attention by Hand*: checks, pictures, data, a training loop, a cost meter.

    from attention_lab import check, progress
"""

from .check import check
from .progress import progress

__all__ = ["check", "progress"]
