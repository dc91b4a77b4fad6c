"""A class's seed: whose it is, and where the old one stays."""

import pytest

from autograder.judge import seed
from autograder.judge.judge import Judge
from autograder.judge.settings import Settings

pytestmark = pytest.mark.quick


def test_another_seed_leaves_the_old_one_beside_it(tmp_path):
    path = tmp_path / "seed"
    assert seed.draw_another(path) is None
    first = seed.class_seed(path)
    copies = [seed.draw_another(path), seed.draw_another(path)]
    assert len({first, seed.class_seed(copies[0]), seed.class_seed(copies[1]), seed.class_seed(path)}) == 3
    assert seed.class_seed(copies[0]) == first
    assert sorted(path.parent.iterdir()) == sorted([path, *copies])
    assert all(each.stat().st_mode & 0o077 == 0 for each in (path, *copies))


def test_a_judge_has_the_seed_of_the_file_that_it_is_given(tmp_path):
    with Judge(Settings(seed_file=tmp_path / "seed")) as judge:
        assert judge.seed == seed.class_seed(tmp_path / "seed")
