"""A class's own rule for late work, as docs/instructors.md gives it."""

import math

from nbgrader.plugins import LateSubmissionPlugin


class OnePointADay(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return math.ceil(total_seconds_late / 86400)
