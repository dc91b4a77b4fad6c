"""Figures of what was measured for a lesson, and their words."""

import pytest

from attention_lab.lessons.memory.pictures import growth, growth_in_words, memory_growth

MEMORY = {"naive": [1.0, 4.0, 64.0], "chunks": [1.0, 2.0, 8.0]}


def test_growth_is_over_a_fourfold():
    assert growth_in_words((256, 1024, 4096), MEMORY) == (
        "Memory of a training step against N, both axes logarithmic. At N = 4096: naive 64 MiB, 16 times as much as "
        "at N = 1024; chunks 8 MiB, 4 times as much as at N = 1024.")
    axis, = memory_growth((256, 1024, 4096), MEMORY).axes
    assert [line.get_label() for line in axis.lines] == ["naive: 64 MiB, x 16", "chunks: 8 MiB, x 4"]
    with pytest.raises(ValueError, match="1000"):
        growth((256, 4000), [1.0, 2.0])
