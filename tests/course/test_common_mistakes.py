"""The mistakes that learners make most often open a hint."""

import tomllib
from pathlib import Path

from autograder.lessons.course import lessons
from autograder.lessons.topics import topic
from builder import hints, notebooks

SHARE = 0.9
COMMON = tomllib.loads(Path(__file__).with_name("common_mistakes.toml").read_text(encoding="utf-8"))
LESSONS = {lesson.name: lesson for lesson in lessons()}


def opened(name):
    """The known mistakes of a lesson that open a hint."""
    files = topic(LESSONS[name].topic)
    of_page = hints.of_page(notebooks.read_source(LESSONS[name]))
    return {mistake for found in hints.belonging(of_page, files.catalogue).values()
            for mistake in found}


def test_every_common_mistake_is_a_known_one():
    for name, mistakes in COMMON.items():
        assert set(mistakes) <= {mistake.id for mistake in topic(LESSONS[name].topic).mistakes}, name


def test_most_common_mistakes_open_a_hint():
    without = {name: sorted(set(mistakes) - opened(name)) for name, mistakes in COMMON.items()}
    assert sum(map(len, without.values())) <= (1 - SHARE) * sum(map(len, COMMON.values())), without
