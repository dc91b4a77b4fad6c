"""What the page on windows shows: whom a cell sees, and the scores of the tiles' network."""

import pytest
import torch
from torch import nn

from attention_lab.pictures import windows
from attention_lab.tasks import coloured_tiles
from solutions.windows import reference as swin


@pytest.mark.parametrize("cell, shift, sees, masked",
                         [((0, 0), (0, 0), 16, 0), ((0, 0), (2, 2), 4, 12), ((3, 3), (2, 2), 16, 0)])
def test_a_cell_sees_its_window_but_for_what_is_masked(cell, shift, sees, masked):
    lights = windows.seen_from(cell, shift, swin.window_partition, swin.shifted_window_mask)
    assert ((lights == 1).sum(), (lights == windows.PALE).sum()) == (sees, masked) and lights[cell] == 1


def test_tiles_are_scored_by_column():
    answers = torch.tensor([[[0, 1, 2]], [[0, 1, 3]]])
    scores = nn.functional.one_hot(torch.tensor([[[0, 2, 2]], [[0, 2, 2]]]), 4).permute(0, 3, 1, 2).float()
    assert coloured_tiles.right_by_column(scores, answers) == {"column 0": 100.0, "column 1": 0.0, "column 2": 50.0}


def test_a_transform_is_replaced_and_one_that_is_missing_is_named():
    attention = coloured_tiles.with_transform(swin.WindowAttention(2, (2, 4)), transform := swin.AffineTransform(2))
    assert attention.transform is transform
    with pytest.raises(AttributeError, match="Linear has no sub-module `transform`: call it that"):
        coloured_tiles.with_transform(nn.Linear(2, 2), transform)


def test_the_network_of_the_tiles_has_a_block_for_each_shift():
    network = coloured_tiles.TileNet(lambda shift: swin.WindowAttention(2, (2, 4), shift), (False, True))
    assert network(torch.rand(2, 3, 6, 12)).shape == (2, 4, 6, 12)
    assert [block.attention.shift_size for block in network.blocks] == [(0, 0), (1, 2)]
