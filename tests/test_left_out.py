"""The runs in which each photograph and each form is left out in turn."""

import pytest
import torch

from attention_lab.tasks.digits_on_photos import FORMS, Split
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
    monkeypatch.setattr(left_out, "plan", lambda task, arm: [Trained(task, arm, 3, 2, 0, 20, 0.005)])
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
