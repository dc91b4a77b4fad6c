"""Who handed in a file, from the names that learning platforms give to the files in a class's zip."""

from __future__ import annotations

import re

from nbgrader.plugins import FileNameCollectorPlugin

# Below the folder of the zip. A platform's own number or name for a student becomes the student's id.
PATTERNS = tuple(re.compile(pattern) for pattern in (
    # Moodle: Ada Byron_40213_assignsubmission_file_/01_se.ipynb, the number being the participant's
    r".*/[^/]+_(?P<student_id>\d+)_assignsubmission_file_?/(?P<file_id>[^/]+)\.ipynb",
    # Blackboard: Week 3_ada_attempt_2026-11-20-10-00-00_01_se.ipynb, up to the first `_attempt_`: what follows the time is the learner's
    r".*/(?:(?!_attempt_)[^/])*_(?!attempt_)(?P<student_id>(?:(?!_attempt_)[\w.@-])+)_attempt_(?P<timestamp>\d{4}(?:-\d\d){5})_"
    r"(?P<file_id>[^/]+)\.ipynb",
    # Canvas: byronada_LATE_40213_551200_01_se-2.ipynb, the first number being the student's
    r".*/[^/_]+_(?:LATE_)?(?P<student_id>\d+)_\d+_(?P<file_id>[^/]+?)(?:-\d+)?\.ipynb",
    # A folder a student: ada/01_se.ipynb
    r".*/(?P<student_id>[\w.@-]+)/(?P<file_id>[^/]+)\.ipynb",
))


class Platforms(FileNameCollectorPlugin):
    """nbgrader's collector for `zip_collect` with the patterns above; a `named_regexp` in the configuration comes before them."""

    def _match(self, filename: str) -> dict[str, str] | None:
        if self.named_regexp:
            return super()._match(filename)
        for pattern in PATTERNS:
            if found := pattern.fullmatch(filename):
                groups = found.groupdict()
                if "timestamp" in groups:  # 2026-11-20-10-00-00
                    day, time = groups["timestamp"][:10], groups["timestamp"][11:].replace("-", ":")
                    groups["timestamp"] = f"{day} {time}"
                return groups
        self.log.warning("No platform's pattern fits %s", filename)
        return None
