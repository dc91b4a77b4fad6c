"""Puts the figures of the lessons into the library that is built. In the repository they lie only once, beside the
released notebooks, whose pages link to them there."""

from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LESSONS = "attention_lab/lessons"


class Figures(BuildHookInterface):
    def initialize(self, version, build_data):
        for lesson in Path(self.root, LESSONS).iterdir():
            if (found := Path(self.root, lesson.name, "figures")).is_dir():  # not in a hand-out of another lesson
                build_data["force_include"][str(found)] = f"{LESSONS}/{lesson.name}/figures"
