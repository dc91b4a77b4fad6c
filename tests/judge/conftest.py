import pytest

from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from autograder.sandbox.sandbox import Sandbox
from tests.hidden import SEED


@pytest.fixture(scope="session")
def judge():
    with Judge(Settings(seed=SEED)) as judge:
        yield judge


@pytest.fixture(scope="session")
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox
