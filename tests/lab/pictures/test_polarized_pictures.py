"""The picture of lesson 06b that can be touched: a gate set by hand."""

import pytest
import torch

from attention_lab.pictures import polarized
from solutions.polarized.reference import SpatialPolarized

NIGHT = torch.full((3, 8, 8), 0.1)
NIGHT[:, 2, 3] = 1  # a lamp


@pytest.mark.parametrize("photo", [NIGHT, 1 - NIGHT])
def test_what_differs_from_the_rest_is_open_by_night_and_by_day(photo):
    branch = SpatialPolarized(4)
    weights, gate = polarized.bright_or_dark(branch, photo, factor=1)
    query = branch.wq(torch.stack([photo[0], 1 - photo[0], 0 * photo[0],
                                   0 * photo[0]])[None]).mean((2, 3)).softmax(1)[0]
    assert weights.allclose(query), "the weights that are shown are those of the branch"
    assert gate[2, 3] > 0.95 and gate[0, 0] < 0.05


def test_equal_weights_make_a_map_without_places():
    weights, gate = polarized.bright_or_dark(SpatialPolarized(4), NIGHT, factor=0)
    assert weights.tolist() == [0.5, 0.5] and gate.std() < 1e-6
    assert "0.50 for bright and 0.50 for dark" in polarized.gate_in_words(SpatialPolarized(4), NIGHT, 0)
    assert len(polarized.gate_over(SpatialPolarized(4), NIGHT, 0).axes) == 3
