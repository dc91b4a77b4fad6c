"""The largest storage sees what a module makes on the way, in the backward pass too."""

import torch

from attention_lab.lessons.memory.largest_storage import largest_storage


def test_a_matrix_on_the_way_is_seen_and_a_small_result_does_not_hide_it():
    x = torch.randn(50, 2)
    assert largest_storage(lambda x: x * 2, x) == 100
    assert largest_storage(lambda x: (x @ x.mT).softmax(1) @ x, x) == 2500


def test_the_backward_pass_is_seen():
    assert largest_storage(lambda x: x.amax(1), torch.randn(30, 100)) == 3000  # the forward pass makes 30 numbers
