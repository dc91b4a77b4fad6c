"""How many corruptions are tried, and the judge that they all go to. How to try more: test_judged.py."""

import pytest
from hypothesis import HealthCheck, Phase, settings

from autograder.judge.judge import Judge
from tests.suites import NIGHTLY, count

# A failing example is a base and a few words, short enough to be read as it is: nothing is gained by minutes of
# shrinking.
COMMON = {"print_blob": True, "phases": [Phase.explicit, Phase.reuse, Phase.generate],
          "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]}
settings.register_profile("corruption", max_examples=count("corrupted notebooks"), derandomize=not NIGHTLY, **COMMON)


@pytest.fixture(scope="session")
def judge():
    with Judge() as judging:
        yield judging
