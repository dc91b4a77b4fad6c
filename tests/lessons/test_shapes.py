"""Correct answers of other styles agree with the reference on any shape, in any order of memory."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attention_lab.checking.form.values import LAYOUTS
from autograder import recording
from autograder.audit.audit import Local
from autograder.lessons.declare import Case, RandomTensor
from autograder.lessons.topics import topic
from solutions.se import reference as se

side = st.integers(1, 9)
image_layout = st.sampled_from(sorted(LAYOUTS))
layout = st.sampled_from(sorted(set(LAYOUTS) - {"channels_last"}))
often = settings(max_examples=40, database=None)


def agree(name, case):
    local = Local(recording.record_exercise(name, [case], 1.0, se), se)
    for variant in (right for right in topic("se").catalogue.right if right.exercise == name):
        judged = local.judge(variant.source)
        assert judged.points == judged.max_points, f"{variant.id}: {judged.headline}"


@st.composite
def bottlenecks(draw):
    channels = draw(st.integers(1, 24))
    return {"channels": channels, "reduction": draw(st.integers(1, channels))}


@often
@given(shape=st.tuples(st.integers(1, 4), side, side, side), layout=image_layout, scale=st.sampled_from([1.0, 1000.0]))
def test_squeeze(shape, layout, scale):
    agree("squeeze", Case(f"{shape} {layout}", (RandomTensor(shape, layout=layout, scale=scale),)))


@often
@given(batch=st.integers(1, 4), construct=bottlenecks(), layout=layout, train=st.booleans())
def test_excitation(batch, construct, layout, train):
    agree("Excitation", Case("any", (RandomTensor((batch, construct["channels"]), layout=layout),), construct=construct,
                             train=train))


@often
@given(batch=st.integers(1, 3), height=side, width=side, construct=bottlenecks(), layout=image_layout)
def test_se_block(batch, height, width, construct, layout):
    agree("SEBlock", Case("any", (RandomTensor((batch, construct["channels"], height, width), layout=layout),),
                          construct=construct))


@often
@given(stages=st.lists(st.tuples(st.integers(1, 4096), st.integers(1, 40)), min_size=1, max_size=9),
       reduction=st.integers(1, 64),
       kind=st.sampled_from([list, tuple]))
def test_se_parameter_cost(stages, reduction, kind):
    channels, blocks = (kind(column) for column in zip(*stages))
    agree("se_parameter_cost", Case("any", (channels, blocks), {"reduction": reduction}))


@pytest.mark.parametrize("shape, layout",
                         [((1, 1, 1, 1), "strided"), ((2, 3, 1, 9), "transposed"), ((1, 5, 9, 1), "channels_last")])
def test_thin_maps(shape, layout):
    agree("squeeze", Case("a thin map", (RandomTensor(shape, layout=layout),)))
    agree("SEBlock", Case("a thin map", (RandomTensor(shape, layout=layout),),
                          construct={"channels": shape[1], "reduction": 1}))
