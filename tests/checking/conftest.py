import pytest

from .way import Way


@pytest.fixture
def way(tmp_path):
    """`way(reference, name, *cases)`: an exercise, recorded, saved and ready to judge answers."""
    return lambda reference, name, *cases, **more: Way(tmp_path, reference, name, *cases, **more)
