import pytest

from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from tests.hidden import SEED
from tests.sandbox.conftest import sandbox  # noqa: F401  a fixture


@pytest.fixture(scope="session")
def judge():
    with Judge(Settings(seed=SEED)) as judge:
        yield judge
