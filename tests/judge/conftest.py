import pytest

from autograder.judge import Judge
from autograder.sandbox import Sandbox


@pytest.fixture(scope="session")
def judge():
    with Judge(seed="the seed of these tests") as judge:
        yield judge


@pytest.fixture(scope="session")
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox
