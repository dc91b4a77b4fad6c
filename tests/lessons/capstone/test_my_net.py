"""The learner's own network: which blocks it takes, what it keeps, and what the leaderboard says."""

import json
import os
import re
from functools import partial
from pathlib import Path

import nbformat
import pytest
import torch

from attention_lab.lessons.capstone import my_net as module
from attention_lab.lessons.capstone.five_tasks import SIDE, TASKS, UNASKED
from attention_lab.lessons.capstone.my_net import FILE, Board, MyNet, Row, my_net
from attention_lab.lessons.capstone.own_modules import NotYet
from attention_lab.storage import LARGEST, LONGEST, MOST
from solutions.cbam.reference import CBAM
from solutions.se.reference import SEBlock


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """A lesson's folder as the current one, and a training of a moment."""
    folder = tmp_path / "03_cbam"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name, value in {"LEARNED": 32, "TESTED": 8, "EPOCHS": 1}.items():
        monkeypatch.setattr(module, name, value)
    return folder


def kept(lesson: Path) -> list[dict]:
    return json.loads((lesson.parent / FILE).read_text())


def test_blocks_are_classes_of_the_page_or_names(lesson):
    assert my_net().newest.blocks == ["nothing", "nothing"]
    assert my_net(SEBlock).newest.blocks == ["SE", "SE"]
    assert my_net("nothing", CBAM).newest.blocks == ["nothing", "CBAM"]
    assert [row["blocks"] for row in kept(lesson)] == [["nothing", "nothing"], ["SE", "SE"], ["nothing", "CBAM"]]


def test_a_block_costs_what_it_has(lesson):
    plain, gated = my_net().newest, my_net("nothing", SEBlock).newest
    assert gated.parameters - plain.parameters == 2 * 16 * 8  # two layers without bias, reduction 2
    assert gated.multiply_adds > plain.multiply_adds and gated.latency > 0


def test_an_earlier_block_comes_out_of_its_notebook(lesson):
    other = lesson.parent / "01_se"
    other.mkdir()
    source = f"from {SEBlock.__module__} import SEBlock as Ours\n\n\nclass SEBlock(Ours):\n    pass"
    cell = nbformat.v4.new_code_cell(source,
                                     metadata={"nbgrader": {"solution": True, "grade": False, "grade_id": "seblock"}})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), other / "01_se.ipynb")
    assert my_net("SE", CBAM).newest.blocks == ["SE", "CBAM"]


def test_what_cannot_be_plugged_in_is_refused_by_name_and_nothing_is_kept(lesson):
    with pytest.raises(NotYet, match="lesson 01"):
        my_net("SE")
    with pytest.raises(ValueError, match=r"'CBAN' \(did you mean CBAM\?\)"):
        my_net("CBAN")
    with pytest.raises(ValueError, match="give the class, CBAM"):
        my_net(CBAM(16))
    with pytest.raises(ValueError, match="2 places.*got 3"):
        my_net(CBAM, CBAM, CBAM)
    assert not (lesson.parent / FILE).exists()


class Mine(torch.nn.Conv2d):
    def __init__(self, channels):
        super().__init__(channels, channels, 1)


def test_a_module_of_ones_own_counts_under_its_own_name_and_what_it_is_compared_with_is_said(lesson, monkeypatch):
    assert "my_net() trains the same network without blocks" in repr(my_net(Mine))
    my_net()
    again = my_net(Mine)
    assert again.newest.blocks == ["Mine", "Mine"] and len(again.newest.runs) == 2
    assert re.search(r"compared with the same network without blocks: [\d.]+ %, with 544 fewer", again.said)
    twice = type("SEBlock", (SEBlock,), {"forward": lambda self, x: 2 * SEBlock.forward(self, x)})
    board = my_net(twice, SEBlock)
    assert board.newest.blocks == ["your SEBlock", "SE"] and "not counted as SE" in board.said
    monkeypatch.chdir(lesson.parent)  # no lesson's folder
    assert my_net(Mine).newest.name == "Mine, Mine" and not (lesson.parent.parent / FILE).exists()


@pytest.mark.parametrize("forward, said", [
    (lambda self, x: (x, None), "gave tuple, not one tensor"),
    (lambda self, x: self.weight.sum() * x[:, :, ::2], r"gave \(2, 16, 6, 12\)"),
    (lambda self, x: x.double(), "float64"), (lambda self, x: x * float("nan"), "not a number"),
    (lambda self, x: x.detach(), "no gradients"), (lambda self, x: x.mul_(x), "asked for gradients, it raised Runtime"),
    (lambda self, x: self.weight(x), "called with a map .* raised TypeError"),
    (lambda self, x: x @ x[0, 0, :5], "called with a map .* raised RuntimeError"),
])
def test_a_faulty_block_is_told_in_one_sentence(lesson, forward, said):
    with pytest.raises(ValueError, match=f"Mine cannot be used in my_net: .*{said}"):
        my_net(type("Mine", (Mine,), {"forward": forward}))
    with pytest.raises(ValueError, match="made with 16 channels, it raised TypeError.*lambda channels"):
        my_net(torch.nn.Conv2d)
    assert not (lesson.parent / FILE).exists()


def test_the_same_blocks_again_are_another_seed(lesson):
    once, twice = my_net(SEBlock).newest, my_net(SEBlock).newest
    assert len(kept(lesson)) == 1 and twice.scores[0] == once.scores[0] and len(twice.scores) == 2
    assert "2 runs" in repr(my_net())


def test_a_broken_leaderboard_begins_anew_and_a_folder_without_room_is_said(lesson, monkeypatch):
    (lesson.parent / FILE).write_text("[{")
    assert len(my_net().rows) == 1

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert "No space left" in repr(my_net("nothing"))


def row(blocks, runs):
    return {"blocks": blocks, "runs": runs, "parameters": 1, "multiply_adds": 1, "latency": 1}


@pytest.mark.parametrize("theirs", [
    [row([f"x{number}", "y"], [[100] * 5]) for number in range(30_000)],
    [row(["SE", "SE"], [[1] * 5] * 300_000)],
    [row([f"{number}" + "é" * 1_000, "y"], [[1] * 5]) for number in range(1_500)],
], ids=["networks", "runs", "names"])
def test_a_leaderboard_of_another_learner_stays_readable_and_is_not_lost(lesson, theirs):
    """Thirty thousand networks, 300,000 runs and long names all grow when they are written again."""
    file = lesson.parent / FILE
    file.write_text(json.dumps([*theirs, row(["SE", "CBAM"], [[40] * 5])], separators=(",", ":"), ensure_ascii=False),
                    encoding="utf-8")
    for _ in range(2):
        board = my_net(SEBlock)
        assert file.stat().st_size < LARGEST and len(board.rows) <= MOST and len(kept(lesson)) == len(board.rows)
    assert {"SE, CBAM", "SE, SE"} <= {each.name for each in board.rows} and len(board.newest.runs) >= 2
    assert [path.name for path in file.parent.glob(f"{FILE}*")] == [FILE]


@pytest.mark.parametrize("odd", [row(["SE", "SE"], []), row(["SE", "SE"], [[1]]), row(["SE", "SE"], [[1e308] * 5])])
def test_a_leaderboard_that_could_not_be_shown_begins_anew(lesson, odd):
    (lesson.parent / FILE).write_text(json.dumps([odd]))
    assert len(my_net(SEBlock).rows) == 1 and "SE, SE" in repr(my_net())
    assert json.loads((lesson.parent / f"{FILE}.odd1").read_text()) == [odd]


def test_the_course_has_no_name_that_is_too_long_to_be_kept():
    assert 2 * max(map(len, module.BLOCKS)) + len(", ") <= LONGEST


def test_the_best_come_first_and_the_newest_is_always_shown():
    rows = [Row([f"block {place}", "nothing"], [[90.0 - place] * 5], 10, 100 + place, 1e-4) for place in range(14)]
    board = Board(rows[::-1], rows[13])
    shown = repr(board).splitlines()
    assert "block 0" in shown[1] and "block 13" in shown[11] and shown[11].startswith("> 14")
    assert "3 more networks" in repr(board) and "★" in shown[1] and "★" not in shown[2]
    assert board._repr_html_().count("<tr") == 13


def test_the_board_says_what_each_column_asks_and_what_guessing_gives():
    row = Row(["SE"], [[80.0] * 5], 10, 100, 1e-4)
    board = Board([row], row)
    for shown in (repr(board), board._repr_html_()):
        asked = [shown.index(task.question) for task in TASKS.values()]
        assert asked == sorted(asked), "in the order of the columns"
        text = re.sub("<[^>]*>", " ", shown)
        assert re.search(r"guessing\s+38 %\s+50\s+25\s+33\s+33\s+50\s", text)


def test_the_star_is_for_more_than_luck_and_the_bar_begins_at_a_guess():
    def row(name, score, multiply_adds):
        return Row([name], [[score] * 5], 10, multiply_adds, 1e-4)

    board = Board([row("cheap", 80.0, 100), row("lucky", 80.9, 200), row("better", 82.0, 300)],
                  row("guessing", 30.0, 50))
    stars = {line.split()[1]: "★" in line for line in repr(board).splitlines()[1:4]}
    assert stars == {"cheap": True, "lucky": False, "better": True}
    assert "width:0px" in Board([row("guessing", 30.0, 50)], row("", 1.0, 1))._repr_html_()


def test_each_head_is_scored_on_its_own_kind_of_question(lesson):
    network = MyNet([torch.nn.Identity(), torch.nn.Identity()])
    pictures, answers = module._pictures(4, 0)
    assert pictures.shape == (4, 5, 3, SIDE, SIDE) and answers.shape == (4, 5, SIDE // 2, SIDE // 2)
    network.eval()
    for kind, scores in enumerate(module._own(network(pictures))):
        torch.testing.assert_close(scores, network(pictures[:, kind])[kind])
        assert scores.shape[1] == list(TASKS.values())[kind].classes
    assert ((answers != UNASKED).flatten(2).sum(2) > 0).all()


@pytest.mark.nightly
def test_blocks_help(tmp_path, monkeypatch):
    """At the real budget: the reason for a leaderboard."""
    (tmp_path / "03_cbam").mkdir()
    monkeypatch.chdir(tmp_path / "03_cbam")
    assert my_net(CBAM).newest.score > my_net().newest.score + 10


def test_blocks_without_a_name_are_told_apart(lesson):
    made = [partial(SEBlock), partial(SEBlock, reduction=4), lambda c: torch.nn.Sequential(SEBlock(c)),
            *(lambda c, r=r: SEBlock(c, r) for r in (2, 4))]
    assert len({my_net(block).newest.name for block in [*made, *made]}) == len(made) == len(kept(lesson))
