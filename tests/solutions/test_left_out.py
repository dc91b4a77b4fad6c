"""The runs in which each photograph and each form is left out in turn."""

import statistics

import pytest
import torch

from attention_lab.networks.welch import mean_interval
from attention_lab.tasks.digits_on_photos import FORMS, Split
from autograder.lessons.topics import topic
from solutions.shared import left_out
from solutions.shared.clustered import clustered
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


def scores(task, arm):
    return left_out.ends(Store(), task, arm)


def means(task):
    return {arm: statistics.fmean(scores(task, arm).values()) for arm in TASKS[task].arms}


def said(name):
    """What the page and the lab book of a topic say."""
    folder = topic(name).folder
    text = "".join((folder / file).read_text(encoding="utf-8") for file in ("page.py", "lab_book.md"))
    return " ".join(text.replace("\n# ", "\n").split())


def span(interval):
    return " to ".join(f"{end:.1f}" for end in interval)


def test_each_photograph_was_left_out_with_each_group_of_forms():
    assert {len(scores(task, arm)) for task in ("framed", "paired") for arm in TASKS[task].arms} == {36}


@pytest.mark.parametrize("lesson, arm", [("se", "SE"), ("eca", "ECA"), ("cbam", "CBAM")])
def test_the_lab_books_quote_the_means_of_36_runs(lesson, arm):
    ours, theirs = means("framed")[arm], means("framed")["one more 3x3 conv"]
    text, gap = said(lesson), left_out.gaps(Store(), "framed")[f"{arm} - one more 3x3 conv"]
    assert "Each of 36 runs trained without one group and one photograph" in text
    low, high = gap.interval
    assert (f"{ours:.1f} %" in text and f"{theirs:.1f} %" in text
            or f"came to {gap.gap:.1f} points, from {low:.1f} to +{high:.1f}" in text)
    assert gap.p == 1 and " tie" in text


def test_lesson_e1_quotes_the_lead_of_scconv():
    ours, theirs = means("framed")["SCConv"], means("framed")["one more 3x3 conv"]
    interval = left_out.gaps(Store(), "framed")["SCConv - one more 3x3 conv"].interval
    assert f"`SCConv` scores {ours:.1f} % on average, and one convolution {theirs:.1f} %; the interval of this gap " \
           f"is {span(interval)} points." in said("scnet")


def test_lesson_e1_quotes_the_lead_over_as_many_parameters():
    many = {arm: sum(each.numel() for each in left_out.network("framed", arm, 0).parameters())
            for arm in ("SCConv", left_out.THREE)}
    assert many["SCConv"] == many[left_out.THREE]
    found = left_out.gaps(Store(), "framed")[f"SCConv - {left_out.THREE}"]
    assert f"as many parameters as `SCConv`, and they score {means('framed')[left_out.THREE]:.1f} %." in said("scnet")
    assert f"{found.gap:.1f} points" in said("scnet") and span(found.interval) in said("scnet")


def test_lesson_e1_quotes_what_is_left_of_the_lead_after_five_times_the_steps():
    longer = left_out.LONGER * left_out.STEPS, left_out.PEAK_RATE
    ends = [left_out.ends(Store(), "framed", arm, *longer) for arm in ("SCConv", "one more 3x3 conv")]
    found = left_out.gaps(Store(), "framed", *longer)["SCConv - one more 3x3 conv"]
    runs = [run.arm for run in Store().curves if run.task == "framed" and (run.steps, run.rate) == longer]
    assert [len(scores) for scores in ends] == [6, 6] and runs.count("SCConv") == runs.count("one more 3x3 conv") == 18
    ours, theirs = (statistics.fmean(scores.values()) for scores in ends)
    assert f"the network scores {ours:.1f} % with `SCConv`, and {theirs:.1f} % with the single convolution (means of " \
           "eighteen runs)." in said("scnet")
    assert f"The gap is {found.gap:.1f} points, and its interval {span(found.interval)} points" in said("scnet")


def test_lesson_06a_quotes_the_lead_of_the_convolution():
    found = left_out.gaps(Store(), "framed")["pyramid split - one more 3x3 conv"]
    text = said("pyramid_split")
    assert f"{-found.gap:.1f} points" in text and span([-end for end in reversed(found.interval)]) in text


def test_where_the_frame_is_far_away_lesson_01_says_who_sees_it():
    found = {arm: scores("frame far away", arm).values() for arm in TASKS["frame far away"].arms}
    blind = [score for arm in ("one more 3x3 conv", left_out.DILATED) for score in found[arm]]
    assert {len(runs) for runs in found.values()} == {6} and "Each network was trained six times" in said("se")
    assert f"no better than that ({min(blind):.0f} to {max(blind):.0f} %), even if the convolution is dilated, as in " \
           f"lesson 04. With SE it scores {min(found['SE']):.0f} to {max(found['SE']):.0f} %." in said("se")


def test_lesson_e3_quotes_the_controls_that_lack_one_thing():
    found, gaps, text = means("paired"), left_out.gaps(Store(), "paired"), said("catnet")
    assert f"*CMAT* scores {found['CMAT']:.0f} % on average, *own picture with mask* " \
           f"{found['own picture with mask']:.0f} %, and *cross without mask* " \
           f"{found['cross without mask']:.0f} %." in text
    across, masked = gaps["cross without mask - CMAT"], gaps["own picture with mask - CMAT"]
    assert f"is {across.gap:.1f} points, and its 95 % confidence interval is {span(across.interval)}." in text
    interval = span([-end for end in reversed(masked.interval)])
    assert f"the gap is {-masked.gap:.1f} points, and its interval is {interval}." in text


def test_gaps_that_are_alike_count_as_one():
    """Six groups that agree within themselves say no more than six numbers do (Student's t)."""
    of_group = [1.0, 3.0, 2.0, 5.0, 4.0, 3.0]
    alike = clustered({(i, j): of_group[i] for i in range(6) for j in range(6)})(0.05)
    assert alike.interval == pytest.approx(mean_interval(of_group)) and alike.gap == 3
    assert clustered({(j, i): of_group[i] for i in range(6) for j in range(6)})(0.05) == alike
