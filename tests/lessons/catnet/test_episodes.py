"""The episodes of few-shot segmentation , and the mask that is drawn by hand."""

import base64
import re

import pytest
import torch

from attention_lab.lessons.catnet import pictures as catnet
from attention_lab.lessons.catnet import task as episodes
from attention_lab.lessons.catnet.pictures import drawn_mask

MAPS = {name: torch.rand(2, 3) for name in ("prototype", "prior mask", "look-up")}


def shown(monkeypatch, **changed):
    """The HTML of a small mask to draw."""
    out = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: out.append(data["text/html"]))
    given = dict(pictures=(torch.rand(3, 2, 3), torch.rand(3, 2, 3)),
                 features=(torch.rand(4, 2, 3), torch.rand(4, 2, 3)),
                 start=torch.tensor([[1, 0, 0], [1, 1, 0]]), truth=torch.tensor([[0, 0, 1], [0, 1, 1]]), maps=MAPS,
                 sharpness=100.0)
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
        # noise, and a stripe that one of them may lack
        assert torch.cdist(of_query.T, of_object.T).amin(1).max() < 0.45
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
    svg = base64.b64decode(re.search(r"base64,([^\"]*)",
                                     shown(monkeypatch, maps=MAPS | {"look-up": torch.ones(2, 3)}))[1]).decode()
    assert len(re.findall(r'data-map="look-up"[^>]*fill-opacity="0.000"', svg)) == 6


@pytest.mark.parametrize("changed", [{"maps": {"prototype": MAPS["prototype"]}}, {"truth": torch.ones(3, 2)}])
def test_other_maps_and_sizes_are_refused(monkeypatch, changed):
    with pytest.raises(ValueError, match="maps"):
        shown(monkeypatch, **changed)


def look(query, support, support_mask):
    """Which query cells are most like the support's object: a method that learns nothing."""
    mask = torch.nn.functional.avg_pool2d(support_mask, 2) if support_mask.shape[-1] == 16 else support_mask
    q, k = (torch.nn.functional.normalize(each.flatten(2), dim=1) for each in (query, support))
    weights = (100 * q.mT @ k).softmax(2)
    return (weights @ mask.flatten(1)[..., None]).mT.unflatten(2, query.shape[-2:])


def test_a_method_that_learns_nothing_is_scored_with_the_threshold_of_other_episodes():
    assert episodes.untrained_iou(look, 1) > 82 > episodes.untrained_iou(look, 3) > 70  # more colours are harder


class Twice(torch.nn.Module):
    """A network whose first map is nonsense and whose last is a look-up."""

    def forward(self, x):
        query, support, mask = episodes.unpacked(x)
        return torch.cat([torch.zeros(len(x), 1, 8, 8), look(query, support, mask)], dim=1)


def test_the_last_map_of_a_network_counts_and_another_support_spoils_it():
    others, new = (episodes.striped_episodes(60, seed, colours=1) for seed in (3, 2))
    swapped = episodes.with_another_support(new)
    assert episodes.trained_iou(Twice(), others, new) > 75 > episodes.trained_iou(Twice(), others, swapped) + 20
    assert swapped.query.equal(new.query) and swapped.support_mask[1].equal(new.support_mask[0])


def test_the_loss_adds_up_the_maps():
    shares = torch.rand(2, 8, 8)
    maps = torch.rand(2, 3, 8, 8)
    expected = sum(torch.nn.functional.binary_cross_entropy(maps[:, i], shares) for i in range(3))
    assert episodes.map_loss(maps, shares).allclose(expected)
    assert episodes.map_loss(torch.zeros(2, 1, 8, 8), shares).isfinite()


def test_each_method_has_a_line_and_a_map_to_touch(monkeypatch):
    table = {"prototype": [80.0, 60.0], "prior mask": [70.0, 65.0], "look-up": [90.0, 88.0]}
    axis, = catnet._by_colours(table).axes
    assert [line.get_ydata().tolist() for line in axis.lines[:3]] == list(table.values())
    drawn = []
    monkeypatch.setattr(catnet, "draw_mask", lambda *given: drawn.append(given))
    catnet.touch_a_mask({name: look for name in table}, sharpness=100.0)
    (pictures, features, start, truth, maps, _), = drawn
    assert {tuple(each.shape[-2:]) for each in (*pictures, *features, start, truth, *maps.values())} == {(8, 8)}
    assert 0 < start.sum() < 64 and maps["look-up"].equal(maps["prototype"])
