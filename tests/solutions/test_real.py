"""The recorded runs on real pictures: what is drawn, what the shown sentences say, and the pictures themselves."""

import json
import re
import statistics

import pytest
import torch

from attention_lab.notebook.real_run import FILE, RealRun, real_run
from attention_lab.tasks.digits_on_photos import (
    CLOSE_UP,
    COLOURS,
    FORMS,
    FRAME,
    OTHER_COLOUR,
    SIDE,
    SPLITS,
    WIDE,
    Split,
    digit_pairs,
    framed_digits,
    handwritten,
)
from builder import build
from solutions.shared import real
from solutions.shared.digit_net import DigitNet, answers

TOPICS = {lesson.name: build.topic(lesson.topic).folder for lesson in build.lessons()}


def arm(*ends: float) -> dict:
    return {"curves": [[50.0, end] for end in ends], "parameters": 7, "seconds": [36.0] * len(ends), "longer": None}


@pytest.fixture
def content() -> dict:
    return {"said": "Read it.", "steps": [500, 1000], "longer": 5000, "controls": ["nothing"], "modules": ["SE"],
            "arms": {"nothing": arm(50, 51, 49), "SE": arm(94, 95, 93)}}


def test_a_gap_is_said_with_its_interval_and_luck_by_its_name(content):
    verdict = 'SE is 44.0 points ahead of "nothing", more than the luck of three seeds explains (interval: +4'
    assert any(line.startswith(verdict) for line in RealRun(content).sentences())
    content["arms"]["SE"] = arm(50, 52, 48)
    assert RealRun(content).sentences()[0].startswith('SE is level with "nothing" (interval: -')
    content["arms"]["nothing"]["longer"] = 51.2
    assert "After 5,000 steps (one run each): nothing 51.2 %." in RealRun(content).sentences()


def test_two_standard_errors_from_three_seeds_may_be_luck(content):
    """Three runs know little about how much runs differ: 7 points, with a standard error of 3, are within luck."""
    content["arms"] |= {"nothing": arm(93, 93, 93), "SE": arm(81, 86, 91)}
    assert any("7.0 points behind" in line and "which may be luck" in line for line in RealRun(content).sentences())


def test_the_page_shows_every_arm_its_curves_and_the_cpu_hours(content):
    shown = RealRun(content)._repr_html_()
    assert shown.count("<img alt=") == 1 and all(said in shown for said in ("94.0 %", "93.0 to 95.0 %",
                                                                            "0.06 CPU hours"))


def test_without_the_file_the_error_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="real.json is not in .* run the notebook's first cell"):
        real_run()


@pytest.mark.parametrize("lesson", real.taught())
def test_what_a_lesson_recorded_is_whole_and_its_table_says_the_same(lesson):
    content = json.loads((TOPICS[lesson] / FILE).read_text())
    controls, modules = real.arms(lesson)
    assert list(content["arms"]) == [*content["controls"], *content["modules"]] == [*controls, *modules]
    table = (TOPICS[lesson] / "real.md").read_text()
    for name, each in content["arms"].items():
        assert [len(curve) for curve in each["curves"]] == [len(content["steps"])] * len(real.SEEDS)
        mean = statistics.fmean(curve[-1] for curve in each["curves"])
        assert re.search(rf"^\| {re.escape(name)} \| {each['parameters']:,} \|.* {mean:.1f} \|", table, re.M)
    assert content["steps"][-1] == real.STEPS
    assert RealRun(content)._repr_html_().count("<img alt=") == 1


def test_pictures_are_the_same_again_and_half_of_the_digits_count():
    first, again = framed_digits(400, 3, "train"), framed_digits(400, 3, "train")
    assert all(torch.equal(a, b) for a, b in zip(first, again))
    assert first.pictures.shape == (400, 3, SIDE, SIDE) and first.pictures.abs().max() <= 1
    counts = first.labels != OTHER_COLOUR
    assert 0.4 < counts.float().mean() < 0.6 and set(first.labels[counts].tolist()) == set(range(10))


def test_a_close_up_has_its_frame_and_a_digit_that_nearly_fills_it():
    drawn = framed_digits(300, 3, "test", CLOSE_UP)
    assert drawn.pictures.shape == (300, 3, CLOSE_UP, CLOSE_UP) and drawn.pictures.abs().max() <= 1
    for edge in (drawn.pictures[:, :, 0], drawn.pictures[:, :, :, -1], drawn.pictures[:, :, FRAME - 1]):
        assert torch.allclose(edge, (2 * COLOURS[drawn.colours] - 1)[:, :, None].expand_as(edge))
    assert (drawn.centres - CLOSE_UP / 2).abs().max() <= 1
    with pytest.raises(KeyError):
        framed_digits(1, 3, "test", 24)


def test_no_form_and_no_photograph_is_on_both_sides():
    """Each form begins with three rows from 0 to 9; two forms lack one of these digits."""
    _, digits = handwritten()
    rows = list(range(10)) * 3
    begun = [sum(found == row for found, row in zip(digits[first:first + 30].tolist(), rows)) for first in FORMS]
    assert sorted(begun)[2:] == [30] * 12 and len(digits) == 1797
    learned, tested = SPLITS["train"], SPLITS["test"]
    assert {*learned.forms} | {*tested.forms} == {*range(14)} and not {*learned.forms} & {*tested.forms}
    assert not {*learned.photographs} & {*tested.photographs}


def test_a_split_of_ones_own_takes_only_its_photographs_and_forms():
    drawn = framed_digits(200, 3, Split(("rocket",), (0,)))
    assert torch.equal(framed_digits(200, 3, "train").pictures, framed_digits(200, 3, SPLITS["train"]).pictures)
    _, digits = handwritten()
    assert {*drawn.labels.tolist()} <= {OTHER_COLOUR, *digits[:130].tolist()}
    assert not torch.equal(drawn.pictures, framed_digits(200, 3, Split(("coffee",), (0,))).pictures)


def test_in_a_wide_picture_the_frame_is_48_to_64_pixels_away():
    drawn = framed_digits(50, 3, "test", WIDE)
    nearest = torch.stack([drawn.centres, WIDE - drawn.centres]).amin((0, 2))
    farthest = torch.stack([drawn.centres, WIDE - drawn.centres]).amax((0, 2))
    assert drawn.pictures.shape == (50, 3, WIDE, WIDE) and nearest.min() >= 48 and farthest.max() <= 64


def test_a_digits_centre_does_not_see_the_frame_without_a_module():
    network, drawn = DigitNet([torch.nn.Identity(), torch.nn.Identity()]).eval(), framed_digits(300, 5, "test")
    frame = torch.ones(SIDE, SIDE, dtype=torch.bool)
    frame[FRAME:-FRAME, FRAME:-FRAME] = False
    other = drawn._replace(pictures=torch.where(frame, 1 - drawn.pictures, drawn.pictures))
    with torch.no_grad():
        assert torch.equal(answers(network, drawn), answers(network, other))
        assert not torch.equal(network(drawn.pictures), network(other.pictures))


def test_a_module_brings_the_frame_there():
    torch.manual_seed(0)
    network, drawn = real.network("SE", 0).eval(), framed_digits(20, 5, "test")
    other = drawn._replace(pictures=drawn.pictures.clone())
    other.pictures[:, :, :FRAME] *= -1
    with torch.no_grad():
        assert not torch.allclose(answers(network, drawn), answers(network, other))


def test_only_the_support_says_which_colour_counts():
    pairs = digit_pairs(200, 4, "test")
    assert (
        pairs.pictures.shape == (200, 7, SIDE, SIDE)
        and 0 <= pairs.pictures[:, 6].min()
        and pairs.pictures[:, 6].max() <= 1
    )
    network = real.network("own picture", 0).eval()
    other = pairs._replace(pictures=torch.cat([pairs.pictures[:, :3], pairs.pictures.roll(1, 0)[:, 3:]], dim=1))
    with torch.no_grad():
        assert torch.equal(answers(network, pairs), answers(network, other))
        crossed = real.network("CMAT", 0).eval()
        assert not torch.allclose(answers(crossed, pairs), answers(crossed, other))
