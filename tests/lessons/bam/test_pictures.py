"""Lesson 04's plots and what they are made of: what dilated layers see, what a branch marks."""

import pytest
import torch
from torch import nn

from attention_lab.lessons.bam.dilated_reach import ways_to_the_centre, window
from attention_lab.lessons.bam.pictures import at_both_bars, show_ways, show_what_branches_mark
from attention_lab.lessons.bam.task import bars_and_posts, right_on_strips, strip_reader
from attention_lab.networks.inside import output_inside


class Block(nn.Module):
    """A block with a module `spatial`, as BAM has one."""

    def __init__(self):
        super().__init__()
        self.spatial = nn.Conv2d(16, 1, 1)

    def forward(self, x):
        return x * self.spatial(x)


@pytest.mark.parametrize("dilations, side, positions",
                         [((1,), 3, 9), ((1, 1), 5, 25), ((4, 4), 17, 25), ((1, 4), 11, 81)])
def test_a_larger_dilation_sees_farther_and_not_more(dilations, side, positions):
    ways = ways_to_the_centre(dilations)
    assert (window(ways), (ways > 0).sum(), ways.sum()) == (side, positions, 9 ** len(dilations))


def test_a_window_that_is_cut_off_is_refused():
    with pytest.raises(ValueError, match="15 cuts off the window of 17"):
        ways_to_the_centre((4, 4), side=15)


def test_what_a_module_inside_returns_is_found_by_its_name():
    network, pictures = strip_reader(Block()), bars_and_posts(4, 8, seed=0).pictures
    inside = output_inside(network, "spatial", pictures)
    assert inside.equal(network[6].spatial(network[:6](pictures)).detach())
    assert not network[6].spatial._forward_hooks
    with pytest.raises(ValueError, match="no module `spatial`"):
        output_inside(strip_reader(nn.Identity()), "spatial", pictures)


def test_marks_are_read_at_the_bars_and_kept(capsys, tmp_path, monkeypatch):
    import IPython  # noqa: F401  as in a notebook

    monkeypatch.chdir(tmp_path)
    strips = bars_and_posts(8, 8, seed=0)
    counts, other = at_both_bars((torch.arange(42) > 20).float().expand(8, 5, 42), strips.places)
    assert counts == strips.places.float().mean() == 1 - other  # marked on the right alone
    network = strip_reader(Block()).eval()
    assert 0 <= right_on_strips(network, strips) <= 100
    show_what_branches_mark({"dilation 1": network})
    show_ways((1, 1), (2, 2))
    said = capsys.readouterr().out
    assert "dilation 1: Ms is " in said
    assert (tmp_path / "my_bam.png").exists()
