"""The episodes of few-shot segmentation (tasks.episodes), and the mask that is drawn by hand (pictures.drawn_mask)."""

import base64
import re

import pytest
import torch

from attention_lab.pictures import drawn_mask
from attention_lab.tasks import episodes

MAPS = {name: torch.rand(2, 3) for name in ("prototype", "prior mask", "look-up")}


def shown(monkeypatch, **changed):
    """The HTML of a small mask to draw."""
    out = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: out.append(data["text/html"]))
    given = dict(pictures=(torch.rand(3, 2, 3), torch.rand(3, 2, 3)), features=(torch.rand(4, 2, 3), torch.rand(4, 2, 3)),
                 start=torch.tensor([[1, 0, 0], [1, 1, 0]]), truth=torch.tensor([[0, 0, 1], [0, 1, 1]]), maps=MAPS, sharpness=100.0)
    drawn_mask.draw_mask(**given | changed)
    return out[0]


def test_a_seed_decides_and_nothing_else():
    one, again, other = (episodes.striped_episodes(4, seed) for seed in (3, 3, 4))
    assert all(a.equal(b) for a, b in zip(one, again, strict=True)) and not one.support.equal(other.support)


@pytest.mark.parametrize("colours", [1, 2, 3])
def test_object_and_ground_share_no_colour_and_both_pictures_have_the_same(colours):
    found = episodes.striped_episodes(20, seed=3, colours=colours)
    for support, support_mask, query, query_mask in zip(*found, strict=True):
        of_object, of_query = support[:, support_mask > 0], query[:, query_mask > 0]
        ground = support[:, support_mask == 0]
        assert torch.cdist(of_query.T, of_object.T).amin(1).max() < 0.45  # noise, and a stripe that one of them may lack
        assert torch.cdist(of_object.T, ground.T).amin(1).min() > 0.1


@pytest.mark.parametrize("colours", [0, 6])
def test_an_object_without_colours_or_with_all_is_refused(colours):
    with pytest.raises(ValueError, match=str(colours)):
        episodes.striped_episodes(2, seed=1, colours=colours)


def test_what_is_packed_comes_back():
    found = episodes.striped_episodes(3, seed=1)
    query, support, mask = episodes.unpacked(episodes.packed(found))
    assert mask.equal(found.support_mask)
    assert query.equal(episodes.colour_features(found.query)) and support.equal(episodes.colour_features(found.support))


def test_overlap_is_intersection_over_union():
    masks = torch.zeros(2, 4, 4)
    masks[:, :2] = 1
    maps = masks[:, None].clone()
    maps[1] = 1
    assert episodes.overlap(maps, masks) == 75  # all of the first, half of the second
    assert episodes.overlap(maps[:1], masks[:1], episodes.best_threshold(maps[:1], masks[:1])) == 100


def test_the_still_picture_shows_pictures_marks_and_maps(monkeypatch):
    page = shown(monkeypatch)
    svg = base64.b64decode(re.search(r"base64,([^\"]*)", page)[1]).decode()
    assert svg.count('class="support"') == 6 and all(svg.count(f'data-map="{name}"') == 6 for name in MAPS)
    assert 'alt="3 of 6 cells' in page and "[1, 0, 0, 1, 1, 0]" in page


def test_a_map_that_says_nothing_is_blank(monkeypatch):
    svg = base64.b64decode(re.search(r"base64,([^\"]*)", shown(monkeypatch, maps=MAPS | {"look-up": torch.ones(2, 3)}))[1]).decode()
    assert len(re.findall(r'data-map="look-up"[^>]*fill-opacity="0.000"', svg)) == 6


@pytest.mark.parametrize("changed", [{"maps": {"prototype": MAPS["prototype"]}}, {"truth": torch.ones(3, 2)}])
def test_other_maps_and_sizes_are_refused(monkeypatch, changed):
    with pytest.raises(ValueError, match="maps"):
        shown(monkeypatch, **changed)
