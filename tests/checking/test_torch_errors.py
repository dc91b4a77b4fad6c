"""What is said of torch's own errors. The other versions of torch are tried in tests/versions."""

import re

import pytest

from attention_lab.checking.facts.torch_errors import MEANINGS
from autograder.lessons.declare import Case, RandomTensor
from tests.torch_errors import LINES, said

SAID = said()


@pytest.mark.parametrize("line", LINES)
def test_an_error_of_torch_in_words(line):
    assert LINES[line] in SAID[line][0]


def test_every_sentence_is_said_of_a_line():
    heads = [re.split(r"\{\w*\}", sentence)[0] for _, sentence in MEANINGS]
    assert [head for head in heads if not any(head in each for each, in SAID.values())] == []


def test_the_sentence_stands_before_the_list_of_what_torch_would_take(way):
    lesson = way("def pooled(x):\n    return x.amax((2, 3))", "pooled", Case("a map", (RandomTensor((2, 3, 4, 4)),)))
    judged = lesson.wrong("def pooled(x):\n    return x.max((2, 3))", "max() received an invalid combination",
                          "in your line: return x.max((2, 3))")
    assert judged.evidence[1].startswith("`max` takes a single axis. Over several axes use `amax`")
    assert "(Tensor other)" in judged.evidence[1]


def test_arguments_of_a_layer_are_not_those_of_the_exercise(way):
    lesson = way("def scaled(x, by):\n    return x * by", "scaled", Case("two", (RandomTensor((2, 3)), 3)))
    keep = "Keep the arguments and their names as the exercise gives them."
    lesson.wrong("def scaled(x, by):\n    return nn.Linear(3)(x) * by", "say 'out_features' as well", never=(keep,))
    lesson.wrong("def scaled(x):\n    return x * 3", "takes 1 positional argument but 2 were given", keep)
