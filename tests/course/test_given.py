"""What a page gives as code computes what the reference does. Such a cell is typed by hand, and no check sees it."""

import __future__

import ast

import pytest
import torch
from torch import nn

from autograder.lessons.course import lessons
from autograder.lessons.topics import topic
from builder import cells, notebooks

LESSONS = {lesson.name: lesson for lesson in lessons()}
DOWN = nn.Sequential(nn.AvgPool2d(2, ceil_mode=True), nn.Conv2d(5, 256, 1)).double()


def numbers(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


MAP, MASK = numbers(2, 8, 5, 3), numbers(2, 1, 5, 3).sigmoid()
# lesson, name, what a module is made with (None: it is a function), what is called with
GIVEN = [
    ("05c_vit", "resize_positions", None, (numbers(1, 8, 6), (2, 3), (4, 5), 2)),
    ("05c_vit", "resize_positions", None, (numbers(1, 7, 6), (2, 3), (3, 2))),
    ("06a_pyramid_split", "SEWeight", (8, 3), (MAP,)),
    ("06a_pyramid_split", "EPSABlock", (5, 64, 2, DOWN), (numbers(2, 5, 7, 4),)),
    ("06a_pyramid_split", "EPSABlock", (256, 64), (numbers(2, 256, 3, 4),)),
    ("07a_external", "ExternalAttentionBlock", (8, 5), (MAP,)),
    ("08c_grl", "LocalConvBlock", (20,), (numbers(2, 15, 20), (5, 3))),
    ("10_capstone", "CloBlock", (8, 8, 4, [3, 1], [3], 2, 5, 1.6, 1), (MAP,)),
    ("10_capstone", "CloBlock", (8, 6, 4, [3, 1], [3], 2, 5, 1.6, 2), (MAP,)),
    ("e1_scnet", "SCBottleneck", (16, 4), (numbers(2, 16, 5, 6),)),
    ("e1_scnet", "SCBottleneck", (5, 64, 2, DOWN), (numbers(2, 5, 8, 9),)),
    ("e3_catnet", "prototype_segmentation", None, (MAP, numbers(2, 8))),
    ("e3_catnet", "CMAT", (8, 2), (MAP, MAP.flip(0), MASK, MASK.flip(0))),
]
REFUSED = [
    ("05c_vit", "resize_positions", None, (numbers(1, 8, 6), (2, 3), (4, 5))),
    ("06a_pyramid_split", "SEWeight", (2, 3), ()),
    ("08c_grl", "LocalConvBlock", (16,), ()),
]


def of_page(lesson, name, experiments=False):
    """The page's definition, among the imports and the other definitions of the solved notebook; those of its
    experiments only if they are asked for."""
    code = [cell for cell in notebooks.read_source(LESSONS[lesson]).cells
            if cell.cell_type == "code" and (experiments or "experiment" not in cell.metadata.get("tags", []))]
    kept = [node for node in ast.parse(cells.code(code)).body
            if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)]
    space = {"__name__": "page"}
    exec(compile(ast.Module(kept, []), lesson, "exec", __future__.annotations.compiler_flag), space)
    return space[name]


def shown(value):
    return value if isinstance(value, str) else ""


def of_reference(lesson, name):
    return getattr(topic(LESSONS[lesson].topic).reference, name)


@pytest.mark.parametrize(("lesson", "name", "made", "called"), GIVEN, ids=shown)
def test_it_computes_what_the_reference_computes(lesson, name, made, called):
    mine, theirs = of_page(lesson, name), of_reference(lesson, name)
    if made is not None:
        mine, theirs = mine(*made).double(), theirs(*made).double()
        mine.load_state_dict(theirs.state_dict())  # the same names
    torch.testing.assert_close(mine(*called), theirs(*called), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("lesson", "name", "made", "called"), REFUSED, ids=shown)
def test_it_refuses_what_the_reference_refuses(lesson, name, made, called):
    for thing in (of_page(lesson, name), of_reference(lesson, name)):
        with pytest.raises(ValueError):
            thing(*made) if made else thing(*called)
