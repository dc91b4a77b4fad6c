"""Shared by all tests: the repository's root, its lessons, and what happens where a tool is missing."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ["OWN_LESSONS"] = os.devnull  # lessons of somebody's own are no part of the course's tests
# Before torch is imported. Beside each other, processes with several threads wait for one another in loops: three times
# the time.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from tests.suites import NIGHTLY  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
# How long an example takes says more about the machine than about the code.
settings.register_profile("course", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("course")


def need(tools: list[str]) -> None:
    """Leave a test out where tools are missing, and say which; in CI that is a failure."""
    if tools and os.environ.get("CI"):
        pytest.fail(f"not installed: {', '.join(tools)}")
    if tools:
        pytest.skip(f"not installed: {', '.join(tools)}")


@pytest.fixture(scope="session")
def course() -> Path:
    """The hand-out as it lies in the repository."""
    return ROOT / "course"


def pytest_configure(config):
    config.addinivalue_line("markers", "by_lesson: a process takes these tests of a lesson, not of the whole file")
    config.addinivalue_line("markers", "quick: tried by `make quick`, too; said by a whole file (tests/suites.py)")
    config.addinivalue_line("markers", "nightly: dear, or tried for others in `make test`; tried with SUITE=nightly "
                                       "(tests/suites.py)")


def pytest_make_parametrize_id(config, val, argname):
    """A test is named by the beginning of a long text: pytest sends names between its processes and puts them into the
    environment, and some of these texts have millions of characters."""
    return f"{argname}: {ascii(val[:30])}" if isinstance(val, str | bytes) and len(val) > 200 else None


def pytest_ignore_collect(collection_path, config):
    """A suite reads only files that have tests for it: each process imports all that it reads, which takes longer than
    many tests."""
    if collection_path.name.startswith("test_"):
        text, quick = collection_path.read_text(encoding="utf-8"), config.getoption("markexpr") == "quick"
        nightly = not NIGHTLY and "\npytestmark = pytest.mark.nightly" in text
        return nightly or quick and "pytest.mark.quick" not in text or None


def _shared(item) -> str:
    """What is made once for the tests of a whole folder, in one process: a class that is graded."""
    made = item._fixtureinfo.name2fixturedefs
    return next((name for name in item.fixturenames if name in made and made[name][-1].scope == "package"), "")


def _lesson(item) -> str:
    """The lesson of a test that draws a lesson's questions, which is slow: another process can take the next one."""
    if not item.get_closest_marker("by_lesson"):
        return ""
    given = item.callspec.params
    return f" {given['answer'].lesson if 'answer' in given else given['lesson']}"


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in a hook of its own
def pytest_collection_modifyitems(config, items):
    """Leave out what is nightly; keep the tests of a file, or of a shared course, in one process."""
    left_out = {item for item in items if not NIGHTLY and item.get_closest_marker("nightly")}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_shared(item) or f"{item.path.relative_to(ROOT)}{_lesson(item)}"))
    items.sort(key=lambda item: not _shared(item))  # they take longest


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node, ids):
    """Where a group is not seen in a test's id, pytest-xdist hands out its tests one by one, without a word."""
    if node.config.getoption("dist") == "loadgroup" and ids and "@" not in ids[0]:
        pytest.exit(f"pytest {pytest.__version__} and this pytest-xdist do not group tests: install what "
                    "constraints.txt names", 4)
