"""A challenge's line: what is to beat, whether it is beaten, and its conditions."""

from attention_lab.notebook.challenge import challenge


def test_before_an_attempt_it_says_what_to_beat():
    found = challenge("right answers", None, 84, "%", at_most={"parameters": (None, 5000)})
    assert repr(found) == "○ right answers: get above 84 %\n○ parameters: at most 5,000" and not found.met


def test_a_number_must_be_beaten_and_not_only_met():
    assert not challenge("right answers", 84.0, 84, "%").met and challenge("right answers", 84.01, 84, "%").met
    assert challenge("parameters", 24, 25, fewer=True).met and not challenge("parameters", 25, 25, fewer=True).met
    assert not challenge("right answers", float("nan"), 84).met


def test_a_condition_that_is_broken_is_shown_beside_the_number():
    found = challenge("right answers", 90.5, 84, "%", at_most={"parameters": (5001, 5000)})
    assert repr(found) == "✓ right answers: 90.50 %; that beats 84 %\n○ parameters: 5,001, at most 5,000"
    assert not found.met and "5,001" in found._repr_html_()


def test_a_near_miss_is_told_from_the_bound():
    assert "83.97 %; get above 84 %" in repr(challenge("right answers", 83.97, 84, "%"))
