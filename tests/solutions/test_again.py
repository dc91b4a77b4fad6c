"""A page's comparison, run again by whoever doubts it."""

from fractions import Fraction

import pytest

from solutions.shared import again
from solutions.shared.again import FIRST_SEED, main
from tests.solutions.test_long_runs import page  # noqa: F401  a fixture

TABLE = """| arm | steps | peak rate | seed 0 |
| --- | --- | --- | --- |
| first | x 5 | x 1 | 119.0 / 100.0 |
"""


def test_ours_stand_beside_the_recorded_ones(page, tmp_path):  # noqa: F811
    page.write_text(page.read_text().replace("100 * arms[arm]", "100 * arms[arm] + seed % 2"))
    (tmp_path / "experiment.md").write_text(TABLE)
    said = again.again(tmp_path, ["second", "first"], 3, 5, Fraction(1)).splitlines()
    assert said[:2] == ["second: 220.0, 221.0, 220.0 here; recorded: nothing at these steps and this rate",
                        "first: 120.0, 121.0, 120.0 here; recorded: 119.0"]
    assert FIRST_SEED % 2 == 0 and said[2] == "second against first: +100.0 (+98.7 to +101.3) points, more than luck"


def test_arms_are_listed_and_near_names_are_said(page, tmp_path):  # noqa: F811
    assert again.again(tmp_path, [], 3, 5, Fraction(1)) == "first\nsecond"
    with pytest.raises(ValueError, match="the page has no arm 'frist': there are 'first'"):
        again.again(tmp_path, ["frist"], 3, 5, Fraction(1))


@pytest.mark.parametrize("arguments, said", [
    (["99_none"], "'99_none' compares nothing: there are 00_warmup, 01_se"),
    (["02_eca", "ECA", "--seeds", "1"],
     "at least two seeds, once the steps and a rate above 0 are needed: got 1, 5, 1"),
])
def test_wrong_use_is_one_sentence(capsys, arguments, said):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert said in capsys.readouterr().err


def test_lessons_are_listed(capsys):
    main([])
    assert "02_eca\n03_cbam\n" in capsys.readouterr().out
