"""Pictures to keep of lessons 06b, 08c, 09 and e3: each lies beside the notebook, whatever the network answers."""

import pytest
import torch
from torch import nn

from attention_lab.lessons.catnet.pictures import keep_episodes
from attention_lab.lessons.catnet.task import striped_episodes
from attention_lab.lessons.cloformer.pictures import keep_cloths
from attention_lab.lessons.cloformer.task import woven_cloths
from attention_lab.lessons.grl.pictures import keep_photographs
from attention_lab.lessons.grl.task import noisy, photograph_crops
from attention_lab.lessons.polarized.pictures import keep_dots
from attention_lab.lessons.polarized.task import coloured_dots, dot_finder


class Maps(nn.Module):
    """The first two channels as maps from 0 to 1, as after two blocks: (n, 52, 8, 8) -> (n, 2, 8, 8)."""

    def forward(self, x):
        return x[:, :2].sigmoid()


def cloths():
    keep_cloths({"one": nn.Conv2d(3, 2, 1), "mine": nn.Conv2d(3, 2, 3, padding=1)}, woven_cloths(8, seed=0))


def dots():
    keep_dots(dot_finder(nn.Identity(), 4), coloured_dots(40, seed=0), grey=0.3)


def photographs():
    whole = photograph_crops()
    seen = noisy(whole, seed=0)
    keep_photographs(seen, (seen + whole) / 2, whole)


def episodes():
    keep_episodes(Maps(), striped_episodes(8, seed=0), striped_episodes(7, seed=1))


@pytest.mark.parametrize("keep, file", [(cloths, "my_cloformer.png"), (dots, "my_polarized.png"),
                                        (photographs, "my_grl.png"), (episodes, "my_catnet.png")])
def test_a_picture_is_kept(keep, file, tmp_path, monkeypatch):
    import IPython  # noqa: F401  as in a notebook

    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    keep()
    assert (tmp_path / file).read_bytes().startswith(b"\x89PNG")
