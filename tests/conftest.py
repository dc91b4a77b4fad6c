"""Shared by all tests: the repository's root, its lessons, and what happens where a tool is missing."""

import os
from collections import Counter
from pathlib import Path

import pytest

os.environ["OWN_LESSONS"] = os.devnull  # lessons of somebody's own are no part of the course's tests

from tests import lessons, notebooks  # noqa: E402
from tests.sampling import NIGHTLY  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]


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
    config.addinivalue_line("markers", "by_turns: a test of one lesson that is dear; tried for a part of the lessons (tests/notebooks.py)")
    config.addinivalue_line("markers", "nightly: a test that takes minutes; tried in a nightly run alone (tests/sampling.py)")


def pytest_addoption(parser):
    parser.addoption("--lesson", metavar="LESSON", help="only tests with this lesson, or something of it, as a parameter")


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in a hook of its own
def pytest_collection_modifyitems(config, items):
    """Leave out what does not concern `--lesson`, or waits for its turn; keep what shares a lesson's questions, or a file's fixtures, in
    one process, and begin with the longest groups."""
    wanted = config.getoption("--lesson")
    if wanted and wanted not in lessons.NAMES:
        raise pytest.UsageError(f"no lesson {wanted!r} in solutions/course.toml; there are {', '.join(lessons.NAMES)}")
    by_turns = {item for item in items if item.get_closest_marker("by_turns")}
    chosen = set(notebooks.chosen(wanted or "")) if by_turns else set()  # reads every notebook
    tried = [(not wanted or wanted in lessons.of(item)) and (item not in by_turns or lessons.of(item) <= chosen)
             and (NIGHTLY or not item.get_closest_marker("nightly")) for item in items]
    config.hook.pytest_deselected(items=[item for item, kept in zip(items, tried) if not kept])
    items[:] = [item for item, kept in zip(items, tried) if kept]
    groups = {item: lessons.group(item) for item in items}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    sizes = Counter(groups.values())
    items.sort(key=lambda item: (groups[item] not in lessons.LONG, -sizes[groups[item]], groups[item]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node, ids):
    """Where a group is not seen in a test's id, pytest-xdist hands out its tests one by one, without a word."""
    if node.config.getoption("dist") == "loadgroup" and ids and "@" not in ids[0]:
        pytest.exit(f"pytest {pytest.__version__} and this pytest-xdist do not group tests: install what constraints.txt names", 4)
