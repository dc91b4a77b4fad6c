"""What the panels that follow sliders draw is what the numbers are; how they look is judged by eye."""

import base64
import io
import re

import numpy as np
import pytest
import torch
from PIL import Image

from attention_lab.lessons.cbam.pictures import pooled_and_gated
from attention_lab.lessons.eca.pictures import kernel_at
from attention_lab.pictures.panels import LINE, SIDE, bars, cells, points, wipe

PLOT = SIDE - LINE - 8  # the height of a bar that is as high as the scale


def heights(panel, high=1.0):
    """The heights of a panel's bars, as numbers of its scale."""
    found = re.findall(r'<rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="([\d.]+)" fill="#', panel.svg)
    return [float(height) * high / PLOT for height in found]


def words(panel):
    return re.findall(r"<text[^>]*>([^<]*)</text>", panel.svg)


def pixels(panel):
    """What a panel's picture holds, (H, W, 3) from 0 to 255."""
    image = Image.open(io.BytesIO(base64.b64decode(re.search(r'href="data:image/\w+;base64,([^"]+)"', panel.svg)[1])))
    return torch.tensor(np.asarray(image.convert("RGB"))).long()


def test_cells_hold_each_number_once():
    picture = torch.rand(3, 4, 6)
    assert torch.equal(pixels(cells(picture, "p")), (255 * picture.double()).round().long().permute(1, 2, 0))
    white, half, full, over, below, unknown = pixels(
        cells(torch.tensor([[0, 1, 2, 9, -2, torch.nan]]), "m", high=2, colour="#0072B2"))[0].tolist()
    assert white == [255] * 3 and full == over == [0, 114, 178] and below == [213, 94, 0] and unknown == [140] * 3
    assert all(f in (round(h) - 1, round(h), round(h) + 1)
               for f, h in zip(half, [(255 + c) / 2 for c in full], strict=True))
    assert 'x="18" y="38" width="20" height="10"' in cells(torch.rand(3, 4, 6), "p", side=40, ring=(1, 1, 1, 2)).svg


def test_bars_are_as_high_as_their_numbers():
    assert heights(bars(torch.tensor([3.0, -1, 9]), "abc", "b", high=4), 4) == pytest.approx([3, 0, 4], abs=0.01)


def test_points_leave_out_what_is_not_known():
    panel = points(torch.tensor([2.0, torch.nan]), "p", high=10, line=5)
    ys = [float(y) for y in re.findall(r'cy="([\d.]+)"', panel.svg)]
    assert ys == pytest.approx([162 - PLOT / 5, 162], abs=0.01)
    assert re.findall(r'fill-opacity="(\d)"', panel.svg) == ["1", "0"]


def test_a_wipe_shows_its_share_of_the_other_picture():
    panel = wipe(torch.zeros(3, 8, 16), torch.ones(3, 8, 16), 0.25, "w", side=80)
    assert re.findall(r'<svg x="8" y="28" width="([\d.]+)"', panel.svg) == ["160", "40"]


def test_a_kernel_covers_its_channel_and_the_padding():
    means, gates = torch.tensor([1.0, 3, 2]), torch.tensor([0.3, 0.9, 0.5])
    above, below = kernel_at(means, torch.tensor([-1.0, 2, -1]), gates, channel=0)
    assert [word for word in words(above) if word.startswith("×")] == ["× -1", "× 2", "× -1"]
    assert heights(above, 3) == pytest.approx([0, 0, 1, 3, 2, 0, 0], abs=0.01)
    assert heights(below) == pytest.approx([0, 0, 0.3, 0.9, 0.5, 0, 0], abs=0.01) and "0.30" in words(below)


def test_maximum_mean_and_map_are_those_of_the_channels():
    x = torch.zeros(8, 5, 9)
    x[:2, 2, 6] = 4
    channels, *sheets = pooled_and_gated(x, torch.sigmoid(x.amax(0)), 8)
    assert pixels(channels).shape == (23, 19, 3)
    for panel, value, high, colour in zip(sheets, (4, 1, 0.982), (8, 8, 1), (0, 0, 0xE6), strict=True):
        assert pixels(panel)[2, 6, 0].item() == pytest.approx(255 + (colour - 255) * value / high, abs=1)


@pytest.mark.parametrize("draw, problem", [
    (lambda: bars(torch.rand(1, 3), ["a", "b", "c"], "b"), r"\(3,\).*got \(1, 3\)"),
    (lambda: kernel_at(torch.rand(4), torch.rand(2), torch.rand(4), 0), "size 2"),
    (lambda: kernel_at(torch.rand(4), torch.rand(3), torch.rand(4), 4), "channel 4"),
])
def test_what_cannot_be_drawn_is_said(draw, problem):
    with pytest.raises(ValueError, match=problem):
        draw()
