"""Puts the figures of the lessons into the library that is built. In the repository they lie only once, beside the
released notebooks, whose pages link to them there."""

import tomllib
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LIST, LESSONS = "attention_lab/course.toml", "attention_lab/lessons"


class Figures(BuildHookInterface):
    def initialize(self, version, build_data):
        for lesson in tomllib.loads(Path(self.root, LIST).read_text(encoding="utf-8"))["lesson"]:
            if (found := Path(self.root, lesson["name"], "figures")).is_dir():  # not in a hand-out of another lesson
                build_data["force_include"][str(found)] = f"{LESSONS}/{lesson['topic']}/figures"
