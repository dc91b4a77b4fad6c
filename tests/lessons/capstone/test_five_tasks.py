"""The capstone's five tasks, the places where modules are plugged in, and fronts."""

import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from torch import nn

from attention_lab.lessons.capstone.adapters import CONTROLS, PLUGS, plugged
from attention_lab.lessons.capstone.five_tasks import TASKS, UNASKED, WIDTH, TaskNet, questions, right
from attention_lab.lessons.capstone.pictures.leaderboard import answered, fronts, heat_map, pareto_front
from attention_lab.networks.training import Results
from attention_lab.pictures.panels import cells
from attention_lab.pictures.style import FEATURES
from autograder.lessons.course import lessons
from autograder.lessons.topics import topic

TOPICS = {lesson.name: lesson.topic for lesson in lessons()}
BY_TASK = pytest.mark.parametrize("task", TASKS)


def reference(lesson, name):
    return getattr(topic(TOPICS[lesson]).reference, name)


@BY_TASK
def test_every_answer_is_about_as_frequent_as_the_others(task):
    pictures, answers = questions(task, 300, seed=3)
    assert pictures.shape == (300, 3, 24, 24) and answers.shape == (300, 12, 12) and pictures.abs().max() < 8
    asked = answers[answers != UNASKED]
    shares = torch.bincount(asked, minlength=TASKS[task].classes) / len(asked)
    assert len(shares) == TASKS[task].classes and (shares - 1 / len(shares)).abs().max() < 0.05


@BY_TASK
def test_right_and_wrong_answers_are_told_apart_where_they_were_asked(task):
    asked = questions(task, 2, seed=1)
    found = torch.where(asked.answers == UNASKED, 0, asked.answers)
    found[0] = (found[0] + 1) % TASKS[task].classes  # all wrong in the first picture
    _, wrong, _, right = answered(asked, torch.nn.functional.one_hot(found, TASKS[task].classes).movedim(3, 1))
    places = (asked.answers != UNASKED).double()
    assert places.sum((1, 2)).min() > 0
    for panel, values in ((wrong, -places[0]), (right, places[1])):
        assert panel == cells(values, "blue: right", colour=FEATURES, side=90)


@BY_TASK
def test_a_seed_gives_the_same_pictures(task):
    again, other = questions(task, 3, seed=1), questions(task, 3, seed=2)
    assert questions(task, 3, seed=1).pictures.equal(again.pictures) and not again.pictures.equal(other.pictures)


def without_noise(task, n=40):
    return TASKS[task].draw(n, torch.Generator().manual_seed(5))


def places(answers):
    return (answers != UNASKED).nonzero().tolist()


def test_what_is_the_paper_against_the_lamp():
    pictures, answers = without_noise("what")
    tint = (pictures[:, 0] / pictures[:, 2]).log()  # of the paper and the lamp
    papers = tint[:, 3::6, 3::6]
    for image in range(len(pictures)):
        redder = papers[image][answers[image, 1::3, 1::3] == 1]
        bluer = papers[image][answers[image, 1::3, 1::3] == 0]
        if len(redder) and len(bluer):
            assert redder.min() > bluer.max()  # under one lamp the order of the papers is the order of their tints


def test_where_is_the_crossing_of_the_marks():
    pictures, answers = without_noise("where")
    red = (pictures[:, 0] > 0.8) & (pictures[:, 1] < 0.3)
    for image, y, x in places(answers):
        in_row, in_column = bool(red[image, 2 * y, 0]), bool(red[image, 0, 2 * x])
        assert answers[image, y, x] == in_row + 2 * in_column
        assert pictures[image, :, 2 * y, 2 * x].min() > 0.8


def test_look_up_is_beside_the_colour_in_the_legend():
    pictures, answers = without_noise("look-up")
    legend = {line: 1 + 8 * line for line in range(3)}
    for image, y, x in places(answers)[::7]:
        colour = pictures[image, :, 2 * y, 2 * x]
        line = min(legend, key=lambda line: (pictures[image, :, legend[line], 1] - colour).abs().sum())
        assert pictures[image, 0, legend[line], 4] == answers[image, y, x] / 2


def test_far_is_beyond_what_the_network_sees():
    pictures, answers = without_noise("far")
    for image, y, x in places(answers):
        for side in (-6, 6):
            colour = pictures[image, :, 2 * y, 2 * x + side]
            assert colour.argmax() == answers[image, y, x] and colour.max() > 0.7
        assert pictures[image, :, 2 * y, 2 * x - 5:2 * x + 6].std(0).max() < 1e-6  # grey and white


def test_far_has_no_leak():
    """Whole posts of each colour, and in the 7 x 7 pixels around a dot nothing of another dot or of any post."""
    pictures, answers = without_noise("far")
    for colour in range(3):
        posts = (pictures.argmax(1) == colour) & (pictures.amax(1) > 0.7) & (pictures.amin(1) < 0.3)
        assert (posts.sum((1, 2)) == 20).all()  # two posts of five rows and two columns
    for image, y, x in places(answers):
        seen = pictures[image, :, max(0, 2 * y - 3):2 * y + 4, 2 * x - 3:2 * x + 4]
        assert seen.std(0).max() < 1e-6 and (seen > 0.9).sum() == 3 * 9


def test_local_stripes_repeat_along_their_direction():
    pictures, answers = without_noise("local", 200)
    patch = pictures[:, 0].unfold(1, 8, 8).unfold(2, 8, 8)
    down = (patch[..., 1:, 1:] * patch[..., :-1, :-1]).mean((3,
                                                             4)) - (patch[..., 1:,
                                                                          :-1] * patch[..., :-1, 1:]).mean((3, 4))
    falling = answers[:, 2::4, 2::4]
    assert down[falling == 1].mean() > 0.01 and down[falling == 0].mean() < -0.01


def test_without_a_module_a_score_sees_seven_pixels():
    net = TaskNet(nn.Identity(), 3).eval()
    x = torch.randn(1, 3, 24, 24, requires_grad=True)
    net(x)[0, :, 6, 6].sum().backward()
    seen = (x.grad[0].abs().sum(0) > 0).nonzero()
    assert (seen.amax(0) - seen.amin(0) + 1).max() <= 7


def test_right_counts_what_is_asked():
    answers = torch.full((1, 12, 12), UNASKED)
    answers[0, 0, :4] = torch.tensor([0, 1, 1, 1])
    scores = torch.zeros(1, 2, 12, 12)
    scores[0, 1, 0, 1] = 1
    assert right(scores, answers) == 50


def test_every_module_of_the_course_fits():
    makers, missing = plugged(reference)
    assert missing == {} and list(makers) == [*CONTROLS, *PLUGS]
    for name, make in makers.items():
        for channels in (WIDTH, 32):
            module = make(channels)
            assert module(torch.randn(2, channels, 12, 12)).shape == (2, channels, 12, 12), name
            assert make(channels) is not module


def test_a_module_that_cannot_be_used_is_left_out_with_a_reason():
    class Narrow(nn.Module):
        def __init__(self, channels, reduction):
            super().__init__()

        def forward(self, x):
            return x[:, :, 1:]

    def find(lesson, name):
        if lesson == "01_se":
            return Narrow
        if lesson == "02_eca":
            return lambda channels, size: 1 / 0
        raise NotImplementedError

    makers, missing = plugged(find)
    assert list(makers) == list(CONTROLS)
    assert missing["SE"] == "lesson 01: `SEBlock` gave (2, 16, 11, 12), not (2, 16, 12, 12)"
    assert missing["ECA"].startswith("lesson 02: `ECABlock` raised ZeroDivisionError")
    assert missing["BAM"] == "not yet: lesson 04 (`BAM` is not solved yet)"


@pytest.mark.parametrize("points, margin, front", [
    ({"c": (3, 55), "a": (1, 50), "b": (2, 60), "d": (2, 40)}, 0, ["a", "b"]),
    ({"a": (1, 50), "b": (1, 50)}, 0, ["a"]),
    ({"a": (1, 50), "b": (1, 60), "c": (2, 60)}, 0, ["b"]),
    ({"a": (1, 50), "b": (2, 51), "c": (3, 52.5)}, 2, ["a", "c"]),
    ({}, 0, []),
])
def test_a_front_is_what_nothing_cheaper_matches(points, margin, front):
    assert pareto_front(points, margin) == front


def results():
    runs = {("<b>SE", seed): {"far": 40.0 + seed, "what": 91.0}
            for seed in range(2)} | {("nothing", 0): {"far": 33.0, "what": 76.0}}
    return Results(("<b>SE", "nothing"), (0, 1), runs)


def test_pictures_are_drawn():
    guesses = {task: 100 / each.classes for task, each in TASKS.items()}
    figure = heat_map(results(), guesses)
    assert [text.get_text() for text in figure.axes[0].texts] == ["40", "91", "33", "76"]
    figure = fronts({"a": 50.0, "b": 60.0}, {"parameters": {"a": 1, "b": 2}, "time": {"a": 2, "b": 1}}, "score")
    assert [axis.get_xlabel() for axis in figure.axes] == ["parameters", "time"]


def test_names_of_points_that_nearly_coincide_do_not_cover_each_other():
    scores = {"nothing": 34.6, "SE": 34.7, "CBAM": 98.5, "ECA": 98.6}
    costs = {"nothing": 437_760, "SE": 438_016, "CBAM": 452_384, "ECA": 676_224}
    figure = fronts(scores, {"multiply-adds": costs}, "% right")
    FigureCanvasAgg(figure).draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(boxes) == 4 and not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
