"""A study of one's own: what may be asked, what is kept, what the page says, and who has the last word."""

import json
import re

import pytest
import torch
from torch import nn

from attention_lab.lessons.capstone import own_study as module
from attention_lab.lessons.capstone.five_tasks import Questions, questions
from attention_lab.lessons.capstone.own_study import study
from attention_lab.lessons.capstone.study_page import OPEN, REFUTED, SIGNS, SUPPORTED, _line, judged
from attention_lab.networks.training import Results
from attention_lab.significance.welch import LEVEL


class Mean(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.mix = nn.Linear(channels, channels)

    def forward(self, x):
        return x * self.mix(x.mean(dim=(2, 3))).sigmoid()[:, :, None, None]


ARMS = {"mean <b>": Mean, "nothing": lambda c: nn.Identity()}
DESIGN = {"hypothesis": "A mean helps, <script>alert(1)</script> & more.", "refuted_if": "It does not.", "task": "what",
          "arms": ARMS,
          "ahead": [("mean <b>", "nothing")], "controls": ["nothing"], "seeds": 3}


@pytest.fixture
def quick(monkeypatch):
    """Two steps of training for each run, and how many runs were trained."""
    few = questions("what", 32, 1)
    monkeypatch.setattr(module, "train_questions", lambda task: Questions(*few))
    trained = []
    train = module.train
    monkeypatch.setattr(module, "train", lambda *args, **more: trained.append(more["seed"]) or train(*args, **more))
    return trained


def test_a_study_keeps_its_runs_and_makes_one_page(tmp_path, quick):
    found = study("my_study", **DESIGN, folder=tmp_path)
    assert len(quick) == 6 and sorted(path.name for path in tmp_path.iterdir()) == [
        "study_my_study.html",
        "study_my_study.json",
    ]
    text = found.path.read_text()
    assert (
        "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more." in text
        and "<script" not in text
        and "mean &lt;b&gt;" in text
    )
    assert not re.search(r"(src|href)=\"(?!data:)", text), "a page loads nothing"
    assert found.judged.verdict in (SUPPORTED, REFUTED, OPEN) and found.judged.verdict in text
    assert (
        "What this does not show" in text and "five times as many steps" in text and "3 runs of each arm" in text
    )
    again = study("my_study", **DESIGN, folder=tmp_path)
    assert len(quick) == 6 and again.results.runs == found.results.runs  # nothing is trained twice


def test_an_interrupted_study_goes_on_where_it_stopped(tmp_path, quick, monkeypatch):
    real, left = module.train, [4]

    def interrupted(*args, **more):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return real(*args, **more)

    monkeypatch.setattr(module, "train", interrupted)
    stopped = study("my_study", **DESIGN, folder=tmp_path)
    assert len(stopped.results.runs) == 4
    assert stopped.judged == ("Unfinished", "4 of 6 runs are done; run the cell again to go on.", ())
    assert "<b>Unfinished:</b> 4 of 6 runs are done; run the cell again" in stopped._repr_html_()
    text = stopped.path.read_text()
    assert text.index("<b>Unfinished:</b> 4 of 6 runs are done; run the cell again") < text.index("What was expected")
    assert "There are 3 seeds planned" in text and "<th>p</th>" not in text and "3 runs of each arm" in text
    monkeypatch.setattr(module, "train", real)
    assert len(study("my_study", **DESIGN, folder=tmp_path).results.runs) == 6 and len(quick) == 6


def test_the_hypothesis_cannot_be_changed_after_the_first_run(tmp_path, quick):
    study("my_study", **DESIGN, folder=tmp_path)
    kept = (tmp_path / "study_my_study.json").read_bytes()
    for change in ({"hypothesis": "A mean hurts."}, {"refuted_if": "Never."}, {"matters": 1},
                   {"ahead": [("mean <b>", "other")]}):
        with pytest.raises(ValueError, match="that is a new study, so give it a name of its own"):
            study("my_study", **{**DESIGN, "arms": {**ARMS, "other": Mean}, **change}, folder=tmp_path)
    assert (tmp_path / "study_my_study.json").read_bytes() == kept and len(quick) == 6


def test_what_was_changed_afterwards_stands_on_the_page(tmp_path, quick):
    study("my_study", **DESIGN, folder=tmp_path)
    changed = {**ARMS, "mean <b>": lambda c: nn.Sequential(Mean(c), nn.ReLU()), "third": Mean}
    found = study("my_study", **{**DESIGN, "arms": changed, "seeds": 4}, folder=tmp_path)
    assert len(quick) == 6 + 4 + 4 + 1  # the changed arm and the new one whole, and a fourth seed of the old one
    text = found.path.read_text()
    for line in ("its code or its training was changed after the first runs; before, it had scored ",
                 "it was added after the first runs",
                 "4 seeds, instead of the 3 that were planned"):
        assert line in text


def test_an_arm_that_was_changed_back_counts_as_it_is_now(tmp_path, quick):
    first = study("my_study", **DESIGN, folder=tmp_path)
    changed = {**ARMS, "mean <b>": lambda c: nn.Sequential(Mean(c), nn.Conv2d(c, c, 1))}
    second, file = study("my_study", **{**DESIGN, "arms": changed}, folder=tmp_path), tmp_path / "study_my_study.json"
    kept = module.read(file)
    assert kept.parameters()["mean <b>"] == 272 + 272 and kept.results().runs == second.results.runs
    back = study("my_study", **DESIGN, folder=tmp_path)
    kept = module.read(file)
    assert back.results.runs == first.results.runs and len(quick) == 9, "nothing is trained twice"
    assert kept.parameters()["mean <b>"] == 272 and kept.results().runs == first.results.runs
    assert back.judged == first.judged and len(kept.changes) == 2


def test_an_arm_that_was_left_out_and_fewer_seeds_are_written_down(tmp_path, quick):
    arms = {**ARMS, "third": Mean}
    study("my_study", **{**DESIGN, "arms": arms, "seeds": 4}, folder=tmp_path)
    found = study("my_study", **DESIGN, folder=tmp_path)
    text, counted = found.path.read_text(), found.results
    assert "it was left out after the first runs; before, it had scored" in text
    assert "3 seeds, instead of the 4 that were planned" in text
    assert {arm: len(counted.scores(arm)) for arm in counted.arms} == {"mean <b>": 3, "nothing": 3}


def test_a_conclusion_may_be_written_afterwards_and_is_marked(tmp_path, quick):
    assert "concludes" not in study("my_study", **DESIGN, folder=tmp_path).path.read_text()
    text = study("my_study", **DESIGN, conclusion="It <b> helps.", folder=tmp_path).path.read_text()
    assert "This was written after the first results" in text and "<blockquote>It &lt;b&gt; helps.</blockquote>" in text
    assert "Changed after the first run" not in text and len(quick) == 6


@pytest.mark.parametrize("change, kind, said", [
    ({"ahead": ("mean <b>", "nothing")}, ValueError, "ahead must be a list of pairs, such as"),
    ({"ahead": [("mean <b>",)]}, ValueError, "ahead must be a list of pairs, such as"),
    ({"controls": "nothing"}, ValueError, "controls must be a list of arms, such as .'nothing'., got 'nothing'"),
    ({"arms": {**ARMS, "made": nn.Linear(3, 3)}}, TypeError,
     "arm 'made' must be a function that takes the number of channels and returns a module, .* got a Linear"),
    ({"arms": {**ARMS, "made": None}}, TypeError, "arm 'made' must be a function .* got None"),
    ({"arms": [Mean]}, TypeError, "arms must be a dict .* got a list"),
    ({"hypothesis": 3}, TypeError, "hypothesis must be a text in quotation marks, got 3"),
    ({"conclusion": "x" * 2001}, ValueError, "conclusion may have at most 2,000 characters: it has 2,001"),
    ({"seeds": 1001}, ValueError, "1,001 seeds are too many"),
])
def test_what_is_no_design_is_one_sentence(tmp_path, quick, change, kind, said):
    with pytest.raises(kind, match=said):
        study("my_study", **{**DESIGN, **change}, folder=tmp_path)
    assert not quick and not list(tmp_path.iterdir())


def test_each_verdict_has_a_colour_of_its_own():
    assert len({sign for sign, *_ in SIGNS.values()}) == len({line for _, line, _ in SIGNS.values()}) == 4


@pytest.mark.parametrize("change, said", [
    ({"hypothesis": "  "}, "hypothesis must say something, in at most 2,000 characters: it has 0"),
    ({"refuted_if": "x" * 2001}, "refuted_if must say something, in at most 2,000 characters: it has 2,001"),
    ({"task": "where to"}, "there is no task 'where to': there are what, where, look-up, far, local"),
    ({"controls": []}, "a study needs at least one control"),
    ({"controls": ["none"]}, "no arm is called 'none': there are 'mean <b>', 'nothing'"),
    ({"controls": ["mean <b>"]}, "'mean <b>' can't be both a control and the arm that should be ahead"),
    ({"ahead": []}, "Otherwise nothing can be refuted"),
    ({"seeds": 2}, "2 seeds can't tell a real gap from luck: take at least 3, better 5"),
    ({"arms": {**ARMS, "number": lambda c: 3}}, "arm 'number' must make a module for 16 channels, but it makes an int"),
    ({"arms": {**ARMS, "half": lambda c: nn.MaxPool2d(2)}},
     r"arm 'half' must return the shape that it gets: \(2, 16, 12, 12\) became"),
])
def test_a_design_that_cannot_answer_its_question_is_refused(tmp_path, quick, change, said):
    with pytest.raises(ValueError, match=said):
        study("my_study", **{**DESIGN, **change}, folder=tmp_path)
    assert not quick and not list(tmp_path.iterdir())


WHOLE = {"name": "my_study", "hypothesis": "h", "refuted_if": "r", "task": "what", "ahead": [], "controls": [],
         "matters": 5,
         "begun": "today", "runs": [], "changes": [], "arms": {"a": "k"}, "seeds": 3, "epochs": 1}
RUN = {"arm": "a", "seed": 0, "key": "k", "score": 50.0, "parameters": 3, "day": "today"}


ODD = ({"runs": [3]}, {"runs": [{**RUN, "score": "high"}]}, {"runs": [{**RUN, "score": 1e9}]},
       {"runs": [{**RUN, "arm": []}]}, {"runs": 3},
       {"runs": [RUN], "changes": [["<b>"]]}, {"runs": [RUN], "changes": None}, {"runs": [RUN], "begun": 3},
       {"more": 1}, {"runs": [RUN], "seeds": 10**12}, {"runs": [RUN], "arms": {"a": 3}},
       {"seeds": 0}, {"epochs": 0})


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", '{"name": 3}', *(json.dumps({**WHOLE, **odd}) for odd in ODD)])
def test_an_odd_file_is_one_sentence_and_stays(tmp_path, quick, content):
    file = tmp_path / "study_my_study.json"
    file.write_text(content)
    with pytest.raises(ValueError, match="study_my_study.json is not"):
        study("my_study", **DESIGN, folder=tmp_path)
    assert file.read_text() == content and not quick


def results(**scores):
    return Results(tuple(scores), tuple(range(5)), {(arm, seed): {"score": score} for arm, given in scores.items()
                                                    for seed, score in enumerate(given)})


HIGH, LOW, MIXED = (95.0, 96, 97, 95, 96), (50.0, 51, 49, 50, 52), (100.0, 51, 100, 50, 52)
SLOW = (62.0, 98, 99, 72, 83)


@pytest.mark.parametrize("ours, theirs, control, verdict, reason", [
    (HIGH, LOW, LOW, SUPPORTED, "every gap, controls included, is more than luck"),
    (LOW, HIGH, LOW, REFUTED, "'ours' is not 5 points ahead of 'theirs'"),
    (HIGH, LOW, HIGH, REFUTED, "the control 'control' does about as well as 'ours', or better"),
    (MIXED, LOW, LOW, OPEN, "the gap between 'ours' and 'theirs' may still be luck"),  # the other three are no better
    (SLOW, LOW, LOW, SUPPORTED,
     "more than luck and above 5 points"),  # two solve it, and none is below any of the others
    (LOW, SLOW, LOW, REFUTED, "'ours' is behind 'theirs', and by more than luck"),
    (SLOW, LOW, (100.0, 99, 30, 98, 99), OPEN, "the gap between 'ours' and 'control' may still be luck"),
    (SLOW[:3], LOW[:3], LOW[:3], OPEN, "above every run of 'theirs', but with so few runs"),
    (tuple(s + 4 for s in LOW), LOW, LOW, OPEN, "more than luck, but these runs don't show that it is above 5 points"),
    (HIGH, MIXED, LOW, OPEN, "the gap between 'ours' and 'theirs' may still be luck"),  # five against two
    (tuple(50.0 + 20 * (i % 2) for i in range(5)), LOW, LOW, OPEN, "gap between 'ours' and 'theirs' may still be luck"),
])
def test_the_rules_have_the_last_word(ours, theirs, control, verdict, reason):
    found = judged(results(ours=ours, theirs=theirs, control=control), [("ours", "theirs")], ["control"], 5)
    assert found.verdict == verdict and reason in found.reason


def test_an_interval_says_what_p_says():
    found = judged(results(ours=(52.0, 53, 54, 52, 54), theirs=(50.0, 51, 51, 52, 50), control=(51.0, 53, 52, 50, 54),
                           mixed=MIXED), [("ours", "theirs")], ["control", "mixed"], 5)
    theirs, control, mixed = found.comparisons
    for each in (theirs, control):
        assert (each.difference.interval[0] > 0) == (each.difference.p < LEVEL)
    assert mixed.by != "scores" and _line(mixed)[2] == "–", "its p is not of the gap"


def test_an_arm_that_hides_behind_a_factor_of_zero_is_known_when_it_changes():
    class Hidden(nn.Module):
        def __init__(self, change):
            super().__init__()
            self.gamma, self.change = nn.Parameter(torch.zeros(1)), change

        def forward(self, x):
            return x + self.gamma * (x.flip(2) if self.change else x.flip(3))

    assert module._key(lambda c: Hidden(True), 1, 0.01) != module._key(lambda c: Hidden(False), 1, 0.01)
    assert module._key(lambda c: Hidden(True), 1, 0.01) == module._key(lambda c: Hidden(True), 1, 0.01)
    assert module._key(Mean, 1, 0.01) != module._key(Mean, 5, 0.01)
