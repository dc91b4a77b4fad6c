"""Whether an arm is ahead by more than luck: alone, and on a table of several comparisons."""

import math

import pytest

from attention_lab.networks.training import Results
from attention_lab.pictures.gaps import NOTE, compared, print_gaps, print_verdicts, verdicts

SCORES = {"control": (50.0, 51.0, 52.0), "ahead": (70.0, 71.0, 72.0), "slightly": (54.0, 55.0, 56.0),
          "by luck": (50.0, 99.0, 98.0),
          "barely": (59.0, 61.5, 64.0)}


def results(**more):
    scores = {**SCORES, **more}
    return Results(tuple(scores), (0, 1, 2), {(arm, seed): {"right": score} for arm, given in scores.items()
                                              for seed, score in enumerate(given)})


def test_an_arm_is_clearly_ahead_beyond_luck_and_five_points(capsys):
    print_verdicts(results(), *((arm, "control") for arm in ("ahead", "slightly", "by luck")))
    assert capsys.readouterr().out == "\n".join([
        "'ahead' is clearly ahead of 'control' (+20.0 points [+16.8, +23.2])",
        "'slightly' is not clearly ahead of 'control' (+4.0 points [+1.1, +6.9])",
        "'by luck' is not clearly ahead of 'control' (+31.3 points [-38.1, +100.8])", NOTE, ""])
    behind, = verdicts(results(), ("control", "ahead", "right"))
    assert behind.startswith("right: 'control' is not clearly ahead of 'ahead' (")


def test_the_more_is_compared_the_more_it_takes():
    alone, = verdicts(results(), ("barely", "control"))
    assert "'barely' is clearly ahead" in alone
    together = verdicts(results(), *[("barely", "control")] * 8)
    assert all("'barely' is not clearly ahead" in line for line in together)


def test_the_brackets_are_corrected_as_the_verdicts_are(capsys):
    many = results(near=(53.0, 54.5, 56.0))
    print_gaps(many, [("near", "control")], matters=5)
    assert "[+0.4, +6.6], more than luck" in capsys.readouterr().out
    print_gaps(many, [("near", "control"), ("control", "control"), ("by luck", "control")], matters=5)
    assert "'near' against 'control': +3.5 points [-1.0, +8.0], may be luck" in capsys.readouterr().out


def test_one_run_tells_nothing():
    difference, = compared(results(single=(99.0,)), [("single", "control", "right")])
    assert difference.gap == 48 and difference.p == 1 and math.isnan(difference.interval[0])
    assert verdicts(results(single=(99.0,)), ("single", "control")) == ["'single' is not clearly ahead of 'control' "
                                                                        "(+48.0 points)"]


def test_names_that_there_are_not():
    with pytest.raises(KeyError, match="no arm is called 'nobody'"):
        verdicts(results(), ("nobody", "control"))
    with pytest.raises(KeyError, match="nothing was measured as 'wrong'"):
        verdicts(results(), ("ahead", "control", "wrong"))
