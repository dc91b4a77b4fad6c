"""A learner's own network beside the recorded ones: what is trained, kept, compared and said."""

import json
import re
import statistics
from dataclasses import asdict

import pytest
import torch
from torch import nn

from attention_lab.lessons.capstone import digit_training
from attention_lab.lessons.capstone import whole_resnet as page
from attention_lab.lessons.capstone.digit_training import (
    BUDGET,
    CLASSES,
    Budget,
    Run,
    learn,
    new_pictures,
    size,
    too_large,
)
from attention_lab.lessons.capstone.pictures.trained_resnet import looked_at
from attention_lab.lessons.capstone.whole_resnet import (
    FILE,
    PLAIN,
    RECORDED,
    Baseline,
    Recorded,
    TrainedResNet,
    train_resnet,
)
from attention_lab.short_errors import Unusable
from attention_lab.significance.welch import LEVEL, welch
from autograder.lessons.course import NOTEBOOKS
from solutions.capstone import recorded_networks as baselines
from solutions.capstone.reference import AttentionResNet

SOLVED = NOTEBOOKS / "10_capstone/10_capstone.ipynb"
SMALL = Budget(steps=4, batch=8, looks=2, tested=40)
DAY = "2026-11-26"


def recorded(**scores: list[float]) -> Recorded:
    """Recorded networks with these scores at the end."""
    made = {name.replace("_", " "): Baseline([8, 16, 32], 1, 7, 9, [[50.0, end] for end in ends], [25.0] * len(ends))
            for name, ends in scores.items()}
    return Recorded(DAY, "a processor", "2.13.0", [2, 4], 2000, made)


NEAR = recorded(no_module=[50.0, 51.0, 52.0], SE=[50.5, 51.5, 52.5])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / RECORDED).write_text(json.dumps(asdict(NEAR)))
    return tmp_path


def trained(folder, make=None, **given):
    return train_resnet(AttentionResNet, make, **{"widths": (4, 4), "folder": folder, "budget": SMALL, **given})


class UpperLeft(nn.Module):
    """Lets the upper left quarter through, and a quarter of everything else."""

    def __init__(self, channels):
        super().__init__()

    def forward(self, x):
        mask = torch.full_like(x, 0.25)
        mask[..., :x.shape[2] // 2, :x.shape[3] // 2] = 1
        return x * mask


def test_each_call_is_another_run_that_is_kept(folder):
    first, second = trained(folder), trained(folder)
    assert [run.seed for run in second.runs] == [0, 1] and second.scores[0] == first.scores[0]
    assert [len(run.curve) for run in second.runs] == [2, 2]
    assert "(one run; 95 % interval" in first.said()[0] and "(mean of 2 runs; too few" in second.said()[0]
    assert second.means() == {page.YOURS: statistics.fmean(second.scores), PLAIN: 51.0, "SE": 51.5}
    assert len(trained(folder, UpperLeft).runs) == 1, "another module begins with runs of its own"
    assert len(json.loads((folder / FILE).read_text())) == 3


def test_a_strided_1x1_convolution_is_given_the_usual_order_of_memory():
    """With channels last, oneDNN's gradient of the weights breaks the process where processors have AVX2 alone."""
    class Shortcut(nn.Conv2d):
        def forward(self, x):
            seen.append((self.training, x.is_contiguous()))
            return super().forward(x)

    seen = []
    learn(nn.Sequential(Shortcut(3, 11, 1, stride=2), nn.AdaptiveAvgPool2d(1), nn.Flatten()), 0, SMALL)
    assert [order for training, order in seen if training] == [True] * SMALL.steps


def test_a_run_can_be_made_again(folder, tmp_path):
    torch.manual_seed(0)
    network = AttentionResNet(None, (4, 4), 1, CLASSES)
    assert learn(network, 0, SMALL).curve == trained(folder).runs[0].curve


@pytest.mark.parametrize("given, said", [
    ({"widths": (16, 64)}, r"Your network has [\d,]+ parameters, which is [\d,]+ more than the budget of 35,000"),
    ({"widths": (24,)}, r"Your network needs [\d,]+ multiply-adds for a picture, but the budget is 3,000,000"),
])
def test_beyond_the_budget_nothing_is_trained_and_a_sentence_says_so(folder, monkeypatch, given, said):
    monkeypatch.setattr(page, "learn", lambda *_: pytest.fail("it was trained"))
    with pytest.raises(Unusable, match=said):
        trained(folder, budget=Budget(multiply_adds=3_000_000), **given)
    assert not (folder / FILE).exists()


def test_a_module_that_is_not_there_and_scores_of_another_shape_are_named(folder):
    with pytest.raises(Unusable, match="There is no module 'SE'"):
        trained(folder, lambda channels: {}["SE"](channels))
    with pytest.raises(Unusable, match=r"scores of shape \(2, 11\), and it returned \(2, 10\)"):
        train_resnet(lambda *given: AttentionResNet(*given[:3], 10), None, folder=folder, budget=SMALL)


def test_an_error_of_a_module_says_which_maps_there_are(folder):
    class Windows(nn.Module):
        def forward(self, x):
            return x.unflatten(2, (5, 4)).flatten(2, 3)

    with pytest.raises(RuntimeError) as raised:
        trained(folder, lambda channels: Windows())
    assert "maps of 20 x 20, 10 x 10 and 5 x 5" in raised.value.__notes__[0]


def test_an_interrupted_run_shows_its_curve_and_does_not_count(folder, monkeypatch):
    drawn, count = digit_training.framed_digits, []

    def interrupted(*given):
        count.append(given)
        if len(count) == 6:  # two to try and to name the network, one test, two steps and a look
            raise KeyboardInterrupt
        return drawn(*given)

    monkeypatch.setattr(digit_training, "framed_digits", interrupted)
    result = trained(folder, budget=Budget(steps=4, batch=8, looks=4, tested=40))
    assert result.runs == [] and len(result.stopped.curve) >= 1 and not (folder / FILE).exists()
    assert "You stopped the last run, so it does not count." in result.said()[0]
    assert "<img" in result._repr_html_()
    assert result.means() == {page.YOURS: result.stopped.curve[-1], PLAIN: 51.0, "SE": 51.5}
    monkeypatch.undo()
    assert [run.seed for run in trained(folder).runs] == [0], "the next run begins with the seed that was not finished"


@pytest.mark.parametrize("content", [
    "{", "[3]", '[{"network": "a", "seed": 0, "curve": ["<b>"], "seconds": 1}]',
    '[{"network": "a", "seed": 0, "curve": [], "seconds": 1}]',
    '[{"network": "a", "seed": 0, "curve": [90.0], "seconds": 1, "more": 1}]',
])
def test_a_file_that_somebody_edited_is_put_aside(folder, content):
    (folder / FILE).write_text(content)
    result = trained(folder)
    assert len(result.runs) == 1 and f"{FILE} could not be read" in result.said()[-1]


@pytest.mark.parametrize("content", ["[]", "{}", '{"baselines": {"SE": {"widths": [8]}}}', '{"baselines": 3}'])
def test_a_record_that_holds_something_else_is_refused(tmp_path, content):
    (tmp_path / RECORDED).write_text(content)
    with pytest.raises(ValueError, match="does not hold recorded networks"):
        page.baselines(tmp_path / RECORDED)
    with pytest.raises(FileNotFoundError, match="No such file"):
        page.baselines(tmp_path / "other" / RECORDED)


def said(scores, others):
    runs = [Run(seed, [50.0, score], 25.0) for seed, score in enumerate(scores)]
    return "\n".join(TrainedResNet(7, 9, runs, others).said())


def test_luck_is_called_luck():
    assert "1.0 points ahead of 'no module', which may be luck." in said([52.0], NEAR)
    assert "39.0 points ahead of 'no module', more than luck explains." in said([90.0], NEAR)
    assert "11.0 points behind 'no module', more than luck explains." in said([39.9, 40.1], NEAR)
    apart = recorded(no_module=[50.0, 90.0, 51.0], SE=[50.5, 51.5, 52.5])
    assert "points ahead of 'no module', which may be luck." in said([95.0], apart), "its runs differ by 40 points"


def test_it_is_said_plainly_that_no_module_is_ahead():
    line = "None of the recorded networks with a module is ahead of 'no module' by more than luck."
    assert line in said([51.0], NEAR)
    ahead = recorded(no_module=[50.0, 51.0, 52.0], SE=[80.0, 81.0, 82.0], CBAM=[83.0, 84.0, 82.0])
    line = "Of the recorded networks, 'SE' and 'CBAM' are ahead of 'no module' by more than luck."
    assert line in said([51.0], ahead)


def test_the_page_shows_both_kinds_of_interval_and_what_they_do_not_cover():
    one = TrainedResNet(7, 9, [Run(0, [50.0, 90.0], 25.0)], NEAR)._repr_html_()
    assert "88.6 to 91.2 %" in one and "A run with another seed may be further off" in one  # Wilson, 1,800 of 2,000
    assert "48.5 to 53.5 %" in one  # Student's t, 50, 51, 52
    assert "13 writers and six photographs" in one and DAY in one
    two = TrainedResNet(7, 9, [Run(seed, [50.0, 90.0 + seed], 25.0) for seed in range(2)], NEAR)._repr_html_()
    assert "A run with another seed may be further off" not in two


def test_two_runs_have_no_interval_and_none_goes_beyond_all_answers():
    def of(*scores):
        return TrainedResNet(7, 9, [Run(seed, [50.0, score], 25.0) for seed, score in enumerate(scores)], NEAR)

    two = of(84.0, 93.0)
    assert two.said()[0].endswith("88.5 % of 2,000 new pictures right (mean of 2 runs; too few for an interval, which "
                                  "needs 3).")
    assert "<td>–</td><td>2</td>" in two._repr_html_() and "an interval needs at least 3" in two._repr_html_()
    assert "(mean of 3 runs; 95 % interval 83.1 to 100.0 %)" in of(90.0, 99.0, 99.0).said()[0]
    assert "(mean of 3 runs; 95 % interval 0.0 to 18.9 %)" in of(0.0, 9.0, 9.0).said()[0]


def test_the_maps_show_where_the_attention_lets_most_through():
    torch.manual_seed(0)
    seen = looked_at(AttentionResNet(UpperLeft, (4, 4), 1, CLASSES), new_pictures(60))
    assert [tuple(maps.shape) for maps in seen.maps] == [(3, 20, 20), (3, 10, 10)]
    for maps in seen.maps:
        half = maps.shape[1] // 2
        assert maps[:, :half, :half].min() > 0 > maps[:, half:].max()
    assert "Blue means" in seen.said()
    plain = looked_at(AttentionResNet(None, (4, 4), 1, CLASSES), new_pictures(60))
    assert "lets all positions through alike" in plain.said() and plain.modules == [False, False]
    assert seen.modules == [True, True] and "the mean over all positions of 60 pictures" in seen.said()
    assert len(seen.answers) == 3 and {right for right, _ in seen.answers} <= {*map(str, range(10)), "not it"}


def test_the_recorded_networks_are_those_of_the_command_and_within_the_budget():
    content = page.baselines(baselines.FILE)
    assert list(content.baselines) == list(baselines.ARMS) and content.tested == BUDGET.tested
    assert content.steps[-1] == BUDGET.steps and len(content.steps) == BUDGET.looks
    for name, arm in baselines.ARMS.items():
        kept, network = content.baselines[name], baselines.network(arm, 0)
        assert (kept.parameters, kept.multiply_adds) == size(network) and tuple(kept.widths) == arm.widths
        assert not too_large(kept.parameters, kept.multiply_adds)
        assert [len(curve) for curve in kept.curves] == [BUDGET.looks] * len(baselines.SEEDS)
        assert len(kept.seconds) == len(baselines.SEEDS) and max(kept.seconds) < 120
    large = [content.baselines[f"{name}, wider"].parameters for name in (PLAIN, "SE")]
    assert max(large) < 1.02 * min(large), "the module has no more parameters than the network without one"
    alike = [content.baselines[name].widths for name in (PLAIN, "SE", "CBAM")]
    assert alike[0] == alike[1] == alike[2], "the module is the one difference"


def test_what_the_page_says_of_the_recorded_networks_is_what_was_recorded():
    text = baselines.FILE.with_name("lab_book.md").read_text(encoding="utf-8")
    content = page.baselines(baselines.FILE)
    rows = dict(re.findall(r"^\| \*(.+?)\* \|.* \| (\d+\.\d) % \|$", text, re.MULTILINE))
    assert rows == {name: f"{statistics.fmean(each.scores):.1f}" for name, each in content.baselines.items()}


def test_the_page_says_of_luck_what_the_runs_say():
    text = baselines.FILE.with_name("lab_book.md").read_text(encoding="utf-8")
    content = page.baselines(baselines.FILE)
    assert "No network with a module is ahead of a network without one by more than luck." in text
    assert all(gap.p >= LEVEL for _, _, gap in content.ahead())
    plain, wider = (content.baselines[name].scores for name in (PLAIN, f"{PLAIN}, wider"))
    gap = welch(wider, plain)
    assert f"the wider network is {gap.gap:.1f} points ahead of the narrower one, and even that may be luck" in text
    assert 0.01 < gap.p < 0.1
    own = next("".join(output["data"]["text/plain"]) for cell in json.loads(SOLVED.read_text(encoding="utf-8"))["cells"]
               if "= train_resnet(" in "".join(cell["source"]) for output in cell["outputs"]
               if "text/html" in output.get("data", {}))
    score = re.search(r"Your network answers (\d+\.\d) %", own)[1]
    behind = re.search(r"Your network is (\d+)\.\d points behind 'no module'", own)[1]
    assert f"scores {score} %, which is {behind} points behind" in " ".join(text.split())
    apart = max(max(each.scores) - min(each.scores) for each in content.baselines.values())
    assert f"differ by up to {apart:.1f} points" in text
    lowest, *others = sorted(content.baselines["CBAM"].scores)
    assert others[-1] - lowest == apart, "the network with CBAM"
    assert (f"one scores {lowest:.1f} %, and the other four score {others[0]:.0f} to {others[-1]:.0f} %"
            in text)
