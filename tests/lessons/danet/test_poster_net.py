"""What the page on DANet takes from the library: the posters' network and its score, a poster to point at, maps of
channels."""

import torch
from torch import nn

from attention_lab.lessons.danet import pictures
from attention_lab.tasks import coloured_posters as posters

SMALL = posters.coloured_posters(6, seed=1)


class Knows(nn.Module):
    """Scores that are right on the first half of the posters and wrong on the others."""

    def forward(self, x):
        white = (SMALL.answers == 1).float()
        white[3:] = 1 - white[3:]
        return torch.stack([1 - white, white], dim=1)


def test_a_module_in_the_middle_sees_what_the_first_two_layers_make():
    network = posters.poster_network(nn.Identity(), 8).eval()
    assert network(SMALL.pictures).shape == (6, 2, *SMALL.answers.shape[1:])
    assert isinstance(network[2], nn.Identity) and network[:2](SMALL.pictures).shape == (6, 8, 12, 12)


def test_only_patches_without_a_mark_count():
    assert posters.right_on_posters(Knows(), SMALL) == 50
    scores = Knows()(SMALL.pictures)
    elsewhere = torch.where(SMALL.answers[:, None] < 0, torch.tensor(-9.0), scores)
    assert posters.poster_loss(elsewhere, SMALL.answers) == posters.poster_loss(scores, SMALL.answers)


def test_there_is_a_map_for_each_form_and_its_columns_are_looked_at():
    maps = {"one": torch.eye(4), "two": torch.full((4, 4), 0.25)}
    first, second, *_ = pictures._channel_maps(maps).axes
    assert [axis.get_title("left") for axis in (first, second)] == ["one", "two"]
    assert first.images[0].get_array().tolist() == torch.eye(4).tolist() and "looked at" in first.get_xlabel()
