"""Modules in thirteen styles (styles.py): the reference stays right, and a known mistake keeps its name."""

import inspect

import pytest

from attention_lab.checking import judging, recorded
from attention_lab.networks.threads import one_thread
from attention_lab.notebook.check import asker
from autograder.judge.recording import run_source
from autograder.lessons.catalogue import IMPORTS, definition
from autograder.lessons.course import files_of, lessons
from autograder.lessons.topics import topic
from tests.styles import STYLES, dealt, restyled
from tests.suites import NIGHTLY

# Mistakes that their style hides or makes another one: two layers exchanged that names alone tell apart, or layers of a
# wrong size that are no layers any more.
HIDDEN: set[str] = set()


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_a_style_of_writing_changes_no_verdict(lesson):
    files, wrong = topic(lesson.topic), []
    for exercise in files.exercises:
        name = exercise.name
        if not inspect.isclass(getattr(files.reference, name)):
            continue
        known = recorded.load(files_of(lesson.name) / recorded.FOLDER, name)

        def verdict(source, known=known, name=name):
            names = run_source(IMPORTS + source, files.reference, name)
            with one_thread():
                return judging.judge(known, asker(names[name], names))

        for style in STYLES:
            if source := restyled(definition(files.reference, name), name, style):
                found = verdict(source)
                wrong += [f"{name}, {style.__name__}: {found.headline}"] if found.points < found.max_points else []
        mistakes = [mistake for mistake in files.mistakes if mistake.exercise == name and mistake.id not in HIDDEN]
        for mistake in mistakes[::1 if NIGHTLY else 6]:
            source, style = dealt(mistake.source, name, mistake.id)
            found = verdict(source)
            if found.points == found.max_points or found.headline != mistake.sentence:
                wrong.append(f"{mistake.id}, {style}: {found.headline}")
    assert not wrong, "\n".join(wrong)
