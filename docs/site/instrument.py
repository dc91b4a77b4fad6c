"""The parts of the course that move or that one can touch, each as a lesson shows it, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograder.lessons.course import Lesson
from docs.site.blocks import html
from docs.site.lesson import Cell, cells, outputs
from docs.site.lesson_map import drawing


class Part(NamedTuple):
    """One part: what it is, and the lesson that shows it, in the cell that has these letters."""

    title: str
    words: str
    lesson: str
    letters: str


PARTS = (
    Part("Look", "Point at a picture, use the arrow keys, or a finger: the ring asks, and the arcs lead to what it "
         "reads, as wide as the weights are. The numbers are the module's own.", "05c_vit", 'look({"head 1"'),
    Part("Slide", "A drawing that follows the slider at once, because it is made from numbers in the page.",
         "03_cbam", "slide_shared_channels(SpatialGate)"),
    Part("Layers", "How far news travels over a photograph, if each cell looks only at its window, and if windows "
         "move.", "08a_windows", "slide_layers(window_partition"),
    Part("Wipe", "Move the line: noisy photographs, and what blocks that were written by hand make of them.",
         "08c_grl", "show_before_and_after(noisy"),
    Part("Scores", "Dots are runs, squares longer runs, and brackets say how far two arms are apart and whether that "
         "may be luck. The plot grows while it trains, and it is folded until one has predicted.", "03_cbam",
         "plot.show("),
    Part("A picture to keep", "Lessons end with one, of the learner's own module at work.", "05b_memory",
         'keepsake("my_'),
)


def page(chosen: Sequence[Lesson]) -> str:
    """The page in MyST Markdown, with the parts of the chosen lessons."""
    known = {lesson.name: lesson for lesson in chosen}
    shown = "\n".join(_part(part, known[part.lesson]) for part in PARTS if part.lesson in known)
    return f"""# Things to touch

These pictures work without a kernel: here, in an exported notebook and in JupyterLab.
Where scripts do not run, each leaves a still picture with its sentence.

{shown}
## The map

In a notebook, `course_map()` draws it with a ring that fills as a lesson is solved.

{html(drawing("lessons/"))}
"""


def _part(part: Part, lesson: Lesson) -> str:
    return (f"## {part.title}\n\n{part.words}\n\n{outputs(cell(part, lesson))}\n\n"
            f"[Lesson {lesson.name.partition('_')[0]}](lessons/{lesson.name}.md)\n")


def cell(part: Part, lesson: Lesson) -> Cell:
    """The cell that shows a part. Raises ValueError unless exactly one has the part's letters and shows something."""
    found = [each for each in cells(lesson) if each["cell_type"] == "code" and part.letters in each["source"]
             and each["outputs"]]
    if len(found) != 1:
        raise ValueError(f"{len(found)} cells of {lesson.name} show something and have {part.letters!r}, not one")
    return found[0]
