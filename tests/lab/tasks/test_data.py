"""The data sets: what a lesson or a learner would notice if it went wrong. No test here touches the network."""


import pytest
import torch

from attention_lab.tasks import data

# ---------------------------------------------------------------------- lamp scenes


def right(colours, label):
    """Share of scenes whose label "more red than blue" in the centre of `colours` tells."""
    return ((colours[:, 0, 8, 8] > colours[:, 2, 8, 8]).long() == label).double().mean().item()


def test_scenes_depend_on_the_seed_alone():
    torch.manual_seed(1)
    first = data.lamp_scenes(20, seed=3)
    torch.manual_seed(2)
    assert all(map(torch.equal, first, data.lamp_scenes(20, seed=3)))
    assert not torch.equal(first.image, data.lamp_scenes(20, seed=4).image)


def test_drawing_scenes_leaves_the_global_generator_alone():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    data.lamp_scenes(2, seed=0)
    data.under_lamp(torch.rand(2, 3, 4, 4, generator=torch.Generator().manual_seed(1)), seed=0)
    assert torch.equal(torch.rand(3), expected)


def test_scenes_have_the_shapes_and_ranges_they_promise():
    scenes = data.lamp_scenes(501, seed=0)
    assert [tuple(t.shape) for t in scenes] == [(501, 3, 16, 16), (501, 3, 16, 16), (501, 3), (501,)]
    assert [t.dtype for t in scenes] == [torch.float32] * 3 + [torch.int64]
    assert scenes.image.min() > 0 and scenes.image.max() <= 1
    assert scenes.paper.min() >= 0.1 and scenes.paper.max() <= 1
    assert scenes.lamp.min() >= 0.15 and scenes.lamp.max() <= 1
    assert torch.equal(scenes.image, scenes.paper * scenes.lamp[:, :, None, None])
    assert scenes.label.sum() == 250


def test_the_centre_is_one_paper_and_decides_the_label():
    scenes = data.lamp_scenes(1000, seed=0)
    centre = scenes.paper[:, :, 5:11, 5:11]
    assert torch.equal(centre, centre[:, :, :1, :1].expand_as(centre))
    red, _, blue = centre[:, :, 0, 0].unbind(1)
    assert torch.equal(red > blue, scenes.label == 1)
    ratio = torch.maximum(red / blue, blue / red)
    assert ratio.min() > 1.24 and ratio.max() < 1.76


def test_the_card_tells_the_decision_rates():
    scenes = data.lamp_scenes(10_000, seed=0)
    grey_world = scenes.image / scenes.image.mean((2, 3), keepdim=True)
    assert right(scenes.paper, scenes.label) == 1
    assert right(scenes.image, scenes.label) == pytest.approx(0.723, abs=0.01)
    assert right(grey_world, scenes.label) == pytest.approx(0.950, abs=0.01)


def test_neither_lamp_nor_surroundings_give_the_label_away():
    scenes = data.lamp_scenes(10_000, seed=0)
    outside = scenes.paper.clone()
    outside[:, :, 5:11, 5:11] = 0
    for giveaway in (scenes.lamp, outside.mean((2, 3))):
        tells = (giveaway[:, 0] > giveaway[:, 2]) == (scenes.label == 1)
        assert tells.double().mean().item() == pytest.approx(0.5, abs=0.02)


def test_with_two_lamps_only_the_centre_keeps_its_lamp():
    scenes = data.lamp_scenes(10_000, seed=0)
    image = data.with_two_lamps(scenes)
    assert torch.equal(image[:, :, 5:11, 5:11], scenes.image[:, :, 5:11, 5:11])
    assert torch.allclose(image[1:, :, 0, 0] / scenes.paper[1:, :, 0, 0], scenes.lamp[:-1])
    grey_world = image / image.mean((2, 3), keepdim=True)
    assert right(grey_world, scenes.label) < right(image, scenes.label) == right(scenes.image, scenes.label)


def test_a_picture_hangs_in_the_middle_of_its_wall():
    pictures = torch.rand(50, 3, 16, 10, generator=torch.Generator().manual_seed(0))
    hung = data.on_a_wall(pictures, seed=1)
    assert hung.shape == (50, 3, 24, 18) and hung.min() >= 0 and hung.max() <= 1
    assert torch.equal(hung[:, :, 4:-4, 4:-4], pictures)
    assert torch.equal(hung[:, :, :3, :3], hung[:, :, :1, :1].expand(-1, -1, 3, 3)) and not torch.equal(
        hung[:, :, 0, 2], hung[:, :, 0, 3]
    )
    assert torch.equal(hung, data.on_a_wall(pictures, seed=1)) and not torch.equal(
        hung, data.on_a_wall(pictures, seed=2)
    )


@pytest.mark.parametrize("n", [0, -3, 1.5])
def test_a_wrong_number_of_scenes_is_named(n):
    with pytest.raises(ValueError, match=f"positive integer, got {n}"):
        data.lamp_scenes(n, seed=0)


def test_any_pictures_go_under_lamps():
    pictures = torch.rand(50, 3, 5, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    before = pictures.clone()
    image, lamp = data.under_lamp(pictures, seed=1)
    assert torch.equal(pictures, before) and image.dtype == lamp.dtype == torch.float64
    assert lamp.shape == (50, 3) and lamp.min() >= 0.15 and lamp.max() <= 1
    assert torch.equal(image, pictures * lamp[:, :, None, None])
    assert torch.equal(image, data.under_lamp(pictures, seed=1)[0])
    assert not torch.equal(lamp, data.under_lamp(pictures, seed=2)[1])


@pytest.mark.parametrize("pictures, complaint", [
    (torch.rand(3, 8, 8), r"got \(3, 8, 8\)"),
    (torch.rand(2, 1, 8, 8), r"got \(2, 1, 8, 8\)"),
    (torch.zeros(2, 3, 8, 8, dtype=torch.uint8), "torch.uint8: divide"),
    (torch.full((2, 3, 8, 8), 255.0), "got 255 to 255"),
])
def test_pictures_that_no_lamp_can_light_are_refused(pictures, complaint):
    with pytest.raises(ValueError, match=complaint):
        data.under_lamp(pictures, seed=0)


# ---------------------------------------------------------------------- photographs


def test_no_photograph_is_in_both_splits():
    train, test = data.photo_names("train"), data.photo_names("test")
    assert not set(train) & set(test) and len(test) >= 2
    assert {path.stem for path in data.PHOTO_FOLDER.glob("*.jpg")} == set(train) | set(test)


def test_the_photographs_stay_small():
    assert sum(path.stat().st_size for path in data.PHOTO_FOLDER.glob("*.jpg")) < 1_000_000


def test_the_card_names_every_photograph_with_its_size_and_split():
    card = (data.PHOTO_FOLDER / "CARD.md").read_text(encoding="utf-8").splitlines()
    rows = [line.split("|") for line in card if line.startswith("|")]
    cells = {row[1].strip().strip("`"): [cell.strip() for cell in row[2:]] for row in rows}
    for split in ("train", "test"):
        for name in data.photo_names(split):
            _, height, width = data.photograph(name).shape
            assert f"{width} x {height}" in cells[name] and split in cells[name]


def test_photographs_are_colour_pictures_between_0_and_1():
    for name in data.photo_names("train") + data.photo_names("test"):
        photo = data.photograph(name)
        assert photo.dtype == torch.float32 and photo.shape[0] == 3 and min(photo.shape[1:]) >= 300
        assert photo.min() >= 0 and 0.8 < photo.max() <= 1
        assert (photo[0] - photo[2]).abs().mean() > 0.01, "a grey picture"


def test_patches_are_a_fixed_grid_of_at_least_a_thousand():
    train, test = data.photo_patches("train"), data.photo_patches("test")
    assert train.shape == (792, 3, 32, 32) and test.shape == (342, 3, 32, 32)
    assert torch.equal(test, data.photo_patches("test"))
    photo = data.photograph("astronaut")
    assert torch.equal(train[0], photo[:, :32, :32]) and torch.equal(train[13], photo[:, 32:64, 32:64])
    assert data.photo_patches("test", size=100).shape == (12 + 24, 3, 100, 100)


def test_wrong_names_and_sizes_are_named():
    with pytest.raises(ValueError, match="got 'validation'"):
        data.photo_patches("validation")
    with pytest.raises(ValueError, match="'lena': choose one of astronaut"):
        data.photograph("lena")
    for size in (0, 301, 32.0):
        with pytest.raises(ValueError, match=f"got {size}"):
            data.photo_patches("train", size)


def test_missing_photographs_say_where_they_were_looked_for(monkeypatch, tmp_path):
    monkeypatch.setattr(data, "PHOTO_FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match="china.jpg"):
        data.photograph("china")
