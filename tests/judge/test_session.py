"""What the judge concludes from a worker's end."""

from autograder.judge.session import Conduct
from autograder.sandbox.sandbox import Died


def test_who_was_out_of_time_by_the_clock_gets_a_second_try():
    conduct, late = Conduct(), Died("wall", "more than 20 seconds")
    conduct.died(3, late, brief=False)
    assert not conduct.brief and not conduct.stopped
    conduct.died(3, late, brief=False)
    assert conduct.brief == {3} and conduct.stopped[3][0] == "timeout"
    conduct.died(3, late, brief=True)
    assert conduct.deadly == {3}


def test_who_computed_for_too_long_gets_none():
    conduct = Conduct()
    conduct.died(3, Died("cpu", "more than 10 seconds of computing"), brief=False)
    assert conduct.brief == {3}
