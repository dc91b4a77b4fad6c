"""The map of the course on the site: every lesson with a link to its page."""

from __future__ import annotations

from attention_lab.notebook.map_drawing import Box
from attention_lab.notebook.map_drawing import drawing as drawn
from autograder.lessons.course import lessons


def drawing(folder: str, here: str = "") -> str:
    """The map as SVG. folder: where the lessons' pages are, as seen from the page ("lessons/");
    here: the name of the lesson to mark."""
    return drawn([Box(lesson.name, lesson.title, lesson.builds_on, f"{folder}{lesson.name}.html")
                  for lesson in lessons()], here)
