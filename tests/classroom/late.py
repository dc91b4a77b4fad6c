"""A class's own rule for late work, as an instructor writes it."""

import math

from nbgrader.plugins import BasePlugin


class OnePointADay(BasePlugin):
    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        return math.ceil(total_seconds_late / 86400)
