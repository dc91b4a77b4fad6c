"""A class's own rule for late work, with extensions of its own."""

import math

from nbgrader.plugins import LateSubmissionPlugin


class OnePointADay(LateSubmissionPlugin):
    extensions = {"ada": 2}  # days

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return max(0, math.ceil(total_seconds_late / 86400) - self.extensions.get(student_id, 0))
