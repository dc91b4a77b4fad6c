"""What the pages of 05b and of the capstone take from the library: inputs, scores, gaps and answers to look at."""

import torch
from torch import nn

from attention_lab.lessons.capstone import pictures as capstone
from attention_lab.lessons.capstone import task_scores
from attention_lab.lessons.capstone.five_tasks import TASKS, WIDTH, TaskNet
from attention_lab.lessons.memory.causal_attention import largest_gap, queries_keys_values
from attention_lab.networks.training import Results

RESULTS = Results(("SE",), (0,), {("SE", 0): {"far": 40.0, "look-up": 35.0}})
MAKERS = {"nothing": lambda channels: nn.Identity(),
          "conv": lambda channels: nn.Conv2d(channels, channels, 3, padding=1)}


def test_questions_are_drawn_once_and_new_ones_are_others():
    assert task_scores.train_questions("far") is task_scores.train_questions("far")
    assert not torch.equal(task_scores.train_questions("far").pictures[:4],
                           task_scores.test_questions("far").pictures[:4])


def test_an_untrained_network_is_at_chance():
    torch.manual_seed(0)
    net = TaskNet(nn.Identity(), TASKS["local"].classes).eval()
    assert abs(task_scores.score(net, "local") - 50) < 10


def test_means_are_found_by_arm_and_task_and_missing_modules_are_one_line(capsys):
    assert task_scores.means(RESULTS, ["SE, look-up", "ECA, far", "CBAM, far", "ECA, look-up"]) == {"SE, look-up": 35}
    left = "Left out, as you have not solved or trained them: ECA, CBAM.\n"
    assert capsys.readouterr().out == left
    assert task_scores.with_means(RESULTS, {"SE, far": None, "CBAM, far": 3}) == ({"SE, far": None}, {"SE, far": 40})
    assert capsys.readouterr().out == "Left out, as you have not solved or trained them: CBAM.\n"
    assert task_scores.worst(RESULTS, "SE") == 35


def test_answers_can_be_looked_at_before_anything_is_trained(monkeypatch):
    slides = []
    monkeypatch.setattr(capstone, "slide", lambda *arguments, start: slides.append((*arguments, start)))
    net = TaskNet(MAKERS["conv"](WIDTH), 3).eval()
    capstone.slide_answers(MAKERS, {("conv", "far"): net}, ["far"])
    (controls, picture, says, start), = slides
    assert list(controls["module"]) == ["nothing", "conv"] and start == ["nothing", "far"]
    assert says("nothing", "far").startswith("nothing (untrained), far: ") and says("conv", "far").startswith(
        "conv, far: "
    )
    assert len(picture("conv", "far")) == 2 * capstone.SHOWN


def test_sizes_are_listed_from_the_smallest(capsys):
    capstone.print_sizes({"SE": 12, "nothing": 10})
    assert [line.split()
            for line in capsys.readouterr().out.splitlines()] == [["nothing", "10", "(", "+0)"],
                                                                  ["SE", "12", "(", "+2)"]]


def test_the_gap_is_that_of_the_gradients():
    def mean(q, k, v):
        return (q @ k.mT).softmax(-1) @ v

    assert largest_gap(mean, mean, n=5) == 0
    assert largest_gap(mean, lambda q, k, v: mean(q, k, v.detach()) + 0 * v.sum(), n=5) > 0.1
    assert all(map(torch.equal, queries_keys_values(7), queries_keys_values(7)))
