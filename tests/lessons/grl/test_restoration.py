"""Walls with faded stickers, noise on photographs, and the network around a learner's blocks."""

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from attention_lab.lessons.grl.task import (
    GRID,
    PHOTOGRAPHS,
    PLACES,
    Restorer,
    noisy,
    photograph_crop,
    psnr,
    restored_at,
    sticker_walls,
    wall_pictures,
)
from solutions.grl.baselines import best_of_the_others


def stickers(walls, picture):
    """(row, column, kind) of each damaged sticker, in stickers."""
    kinds = walls.kinds[picture].view(GRID)
    for row in range(GRID[0] // 2):
        for column in range(GRID[1] // 2):
            found = kinds[2 * row:2 * row + 2, 2 * column:2 * column + 2]
            if (found > 0).all():
                yield row, column, found[0, 0].item()


def tokens_of(tokens, picture, row, column):
    return tokens[picture].unflatten(0, GRID)[2 * row:2 * row + 2, 2 * column:2 * column + 2].flatten(0, 1)


def test_a_faded_sticker_has_its_partner_where_its_kind_says_and_nowhere_else():
    walls = sticker_walls(12, seed=3)
    for picture in range(12):
        for row, column, kind in stickers(walls, picture):
            whole = tokens_of(walls.whole, picture, row, column)
            same = [(r, c) for r in range(GRID[0] // 2) for c in range(GRID[1] // 2) if (r, c) != (row, column)
                    and torch.allclose(tokens_of(walls.seen, picture, r, c).unflatten(1, (4, 4))[..., :3].flatten(1),
                                       whole)]
            half = GRID[1] // 4
            if PLACES[kind] == "nowhere":
                assert same == []
            else:
                (r, c), = same
                in_stripe, in_window = r == row, (r // 2, c // half) == (row // 2, column // half)
                assert (in_window, in_stripe) == ((True, False) if PLACES[kind] == "window" else (False, True))


def test_walls_are_the_same_for_the_same_seed_and_only_damaged_tokens_differ():
    walls, again = sticker_walls(5, seed=1), sticker_walls(5, seed=1)
    assert torch.equal(walls.seen, again.seen) and not torch.equal(walls.seen, sticker_walls(5, seed=2).seen)
    pixels = walls.seen.unflatten(2, (4, 4))
    assert torch.equal(pixels[..., 3].amax(2) > 0, walls.kinds >= 0)
    assert torch.equal(pixels[..., :3].flatten(2)[walls.kinds < 0], walls.whole[walls.kinds < 0])
    assert all((walls.kinds == kind).any() for kind in range(len(PLACES)))
    assert restored_at(walls.whole + 0.1, walls) == pytest.approx(dict.fromkeys(PLACES, 20.0), abs=1e-3)


def test_pictures_of_walls_show_tokens_where_they_are():
    tokens = torch.zeros(1, GRID[0] * GRID[1], 12)
    tokens[0, GRID[1] + 2, :3] = 0.25  # second row, third column, its first pixel
    picture, = wall_pictures(tokens)
    assert picture.shape == (3, 2 * GRID[0], 2 * GRID[1])
    assert (picture[:, 2, 4] == 0.75).all() and (picture == 0.5).sum() == picture.numel() - 3


def test_noise_is_as_strong_as_it_should_be_and_repeats():
    whole = photograph_crop(PHOTOGRAPHS[0])[None]
    assert whole.shape == (1, 3, 256, 256)
    assert torch.equal(noisy(whole, 1), noisy(whole, 1)) and not torch.equal(noisy(whole, 1), noisy(whole, 2))
    assert psnr(noisy(whole, 1), whole) == pytest.approx(20, abs=0.1)


class Block(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.fc = layer

    def forward(self, tokens, size):
        assert tokens.shape[1] == size[0] * size[1]
        return tokens


def test_a_new_restorer_changes_nothing_and_loads_weights_of_either_kind_of_layer(tmp_path):
    torch.manual_seed(0)
    ours, theirs = Restorer([Block(nn.Linear(6, 2))], 6), Restorer([Block(nn.Conv2d(6, 2, 1))], 6)
    pictures = torch.rand(2, 3, 4, 6)
    assert torch.equal(ours(pictures), pictures)
    save_file({f"cat.{name}": value.contiguous() for name, value in theirs.state_dict().items()}, tmp_path / "weights")
    assert ours.load(tmp_path / "weights", left_out="cat") is ours and not ours.training
    assert torch.equal(ours.blocks[0].fc.weight, theirs.blocks[0].fc.weight[:, :, 0, 0])
    with pytest.raises(RuntimeError, match="blocks.0.fc"):
        Restorer([Block(nn.Linear(6, 3))], 6).load(tmp_path / "weights", left_out="cat")


def test_a_filter_is_tuned_on_the_other_photographs():
    gained = torch.tensor([[9.0, 0.0, 0.0], [1.0, 5.0, 5.0]])  # two settings, three photographs
    assert best_of_the_others(gained).tolist() == [1, 0, 0]
