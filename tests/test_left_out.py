"""The runs in which each photograph and each form is left out in turn."""

import statistics

import pytest
import torch

from attention_lab.tasks.digits_on_photos import FORMS, Split
from autograder.lessons.topics import topic
from solutions.shared import left_out
from solutions.shared.left_out import FOLDS, PHOTOGRAPHS, TASKS, Store, Trained, plan, splits


def test_the_two_sides_share_no_photograph_and_no_form():
    for photograph in range(len(PHOTOGRAPHS)):
        for fold in range(len(FOLDS)):
            learned, tested = splits(photograph, fold)
            assert sorted(learned.photographs + tested.photographs) == sorted(PHOTOGRAPHS)
            assert sorted(learned.forms + tested.forms) == list(range(len(FORMS)))


def test_each_photograph_is_left_out_with_each_group_and_first_each_once():
    found = [(run.photograph, run.fold) for run in plan("framed", "SE") if run.steps == left_out.STEPS]
    assert len(set(found)) == len(found) == 36
    assert [set(each) for each in zip(*found[:6])] == [set(range(6))] * 2


@pytest.mark.parametrize("task, arm", [("framed", "SE"), ("paired", "cross without mask")])
def test_a_short_run_is_kept_and_not_run_again(task, arm, tmp_path, monkeypatch):
    monkeypatch.setattr(left_out, "FILE", tmp_path / "runs.jsonl")
    monkeypatch.setattr(left_out, "TESTED", 40)
    monkeypatch.setattr(left_out, "TASKS", {task: TASKS[task]._replace(arms=(arm,))})
    monkeypatch.setattr(left_out, "plan", lambda task, arm: [Trained(task, arm, 3, 2, 0, 10, 0.005)])
    with torch.random.fork_rng():
        left_out.train(Store(), "cpu", float("inf"))
        (run, curve), = Store().curves.items()
        assert (run.arm, run.photograph) == (arm, 3) and len(curve) == 10 and all(0 <= each <= 100 for each in curve)
        monkeypatch.setattr(left_out, "together", None)
        left_out.train(Store(), "cpu", float("inf"))  # nothing is left
    assert f"| {task} | {arm} |" not in left_out.table(Store())  # another number of steps than the plan's


def test_pictures_keep_their_labels_and_places_in_eight_bits():
    runs = [Trained("framed", "SE", 5, 1, 0, 2, 0.005)]
    pictures = left_out.Pictures("framed", runs, "cpu")
    learned, _ = splits(5, 1)
    drawn = TASKS["framed"].draw(2 * left_out.BATCH, 31_000_000_000, learned)
    assert isinstance(learned, Split) and torch.equal(pictures.labels, drawn.labels)
    assert (left_out._unpacked(pictures.pictures) - drawn.pictures).abs().max() < 1 / 127


def test_what_stands_in_the_table_is_what_the_runs_say():
    table = left_out.FILE.with_suffix(".md").read_text(encoding="utf-8")
    assert left_out.table(Store()) in table


def ends(task, arm):
    return {run[2:]: curve[-1] for run, curve in Store().curves.items()
            if run[:2] == (task, arm) and (run.steps, run.rate) == (left_out.STEPS, left_out.PEAK_RATE)}


def page(name):
    return (topic(name).folder / "page.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("lesson, arm", [("se", "SE"), ("eca", "ECA"), ("cbam", "CBAM")])
def test_the_pages_quote_the_means_of_22_runs(lesson, arm):
    ours, theirs = ends("framed", arm), ends("framed", "one more 3x3 conv")
    said, = [line for line in page(lesson).splitlines() if "Tested on what was left out" in line]
    assert ours.keys() == theirs.keys() and len(ours) == 22 and "22 runs of each network" in page(lesson)
    assert f"{statistics.fmean(ours.values()):.1f} %" in said and f"{statistics.fmean(theirs.values()):.1f} %" in said


def test_where_the_frame_is_far_away_lesson_01_says_who_sees_it():
    scores = {arm: ends("frame far away", arm).values() for arm in TASKS["frame far away"].arms}
    blind = [score for arm in ("one more 3x3 conv", left_out.DILATED) for score in scores[arm]]
    said = f"stay at chance ({min(blind):.0f} to {max(blind):.0f} %), and SE scores {min(scores['SE']):.0f} to "
    assert {len(runs) for runs in scores.values()} == {4} and "each network four times on such pictures" in page("se")
    assert f"{said}{max(scores['SE']):.0f} %." in page("se")


def test_lesson_e3_quotes_the_controls_that_lack_one_thing():
    means = {arm: round(statistics.fmean(ends("paired", arm).values())) for arm in TASKS["paired"].arms}
    assert (means["CMAT"], means["own picture with mask"], means["cross without mask"]) == (82, 78, 84)
    assert "*CMAT* scores 82 % there, *own picture with mask* 78 %, and *cross without mask* 84 %." in page("catnet")
    assert all(len(ends("paired", arm)) == 6 for arm in TASKS["paired"].arms)
