"""What the page on ResT shows: which cells a key reads, and a network of the lesson's modules."""

import pytest
import torch

from attention_lab.networks.rest_lite import ResTLite
from attention_lab.pictures import keys
from attention_lab.tasks import legends_and_dominoes
from solutions.rest import reference as rest


def test_a_key_reads_the_cells_of_its_window():
    cells = keys.cells_of_keys(rest.EMSA(4, 1, 4).sr, 16)
    assert cells.shape == (4, 4, 16, 16)
    rows, columns = (cells[2, 1].any(axis).nonzero().flatten().tolist() for axis in (1, 0))
    assert (rows, columns) == ([6, 7, 8, 9, 10], [2, 3, 4, 5, 6])
    assert keys.cells_of_keys(None, 3).flatten(0, 1).flatten(1).equal(torch.eye(9) > 0)


def test_entries_are_counted_once_for_each_key():
    legends = legends_and_dominoes.small_legends(1, seed=1, size=2)._replace(
        corners=torch.tensor([[[6, 2], [6, 4], [8, 2], [8, 4]]])
    )
    held = keys.entries_of_keys(keys.cells_of_keys(rest.EMSA(4, 1, 4).sr, 16), legends, size=2)
    assert held[2, 1] == 4 and held.max() == 4 and held[0, 3] == 0
    assert keys.field_and_keys(torch.rand(3, 96, 96), keys.cells_of_keys(None, 16), torch.zeros(16, 16)).axes


def test_rest_lite_is_made_of_the_lessons_modules():
    network = ResTLite(rest.PixelAttention, rest.OverlapPatchEmbed, rest.ResTBlock).eval()
    assert network(torch.randn(1, 3, 65, 49)).shape == (1, 1000)
    assert sum(p.numel() for p in network.parameters()) == pytest.approx(10.5e6, rel=0.01)
