"""Modules in thirteen styles (styles.py): the reference stays right, and a known mistake keeps its name."""

import inspect

import pytest

from attention_lab.checking.known import recorded
from attention_lab.checking.verdict import judging
from attention_lab.notebook.check import asker
from attention_lab.threads import one_thread
from autograder.lessons.catalogue import IMPORTS, definition
from autograder.lessons.course import files_of, lessons
from autograder.lessons.topics import topic
from autograder.recording import run_source
from tests.bank import named
from tests.checking.styles import STYLES, dealt, restyled
from tests.suites import NIGHTLY, few

# Mistakes that become another one in the style that is dealt to them, or none: layers that names alone tell apart,
# widths that a bare matrix does not refuse, layers of a wrong size that can't be told from further matrices.
OTHERS = set("""
    excitation-float-width channel-norm-after-relu channel-float-width spatial-no-bias
    spatial-convolutions-exchanged spatial-float-width position-returns-gathered
    position-roles-exchanged position-columns-sum efficient-gamma-one channel-wz-two-axes spatial-values-not-flat
    spatial-roles-exchanged emsa-no-error emsa-error-if-reduced emsa-no-error-unflatten emsa-map-sides map-exchanged
    conv-mixer-of-v clo-error-if-too-many coordinate-split-exchanged
    resnet-downsample-no-norm resnet-stem-no-norm resnet-a-block-too-many resnet-widths-backwards
    resnet-stride-as-in-cloformer resnet-stride-in-the-second-block resnet-one-block-less
    resnet-eval clo-flattened clo-patch-projection-3x3 clo-last-by-width
    clo-stride-at-the-old-width clo-without-kernel_sizes
""".split())


@pytest.mark.parametrize("lesson", few(lessons(), 8, lambda _: 0, lambda lesson: lesson.name))
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
        mistakes = [mistake for mistake in files.mistakes if mistake.exercise == name and mistake.id not in OTHERS]
        for mistake in mistakes[::1 if NIGHTLY else 6]:
            source, style = dealt(mistake.source, name, mistake.id)
            found = verdict(source)
            if found.points == found.max_points or not named(found, mistake):
                wrong.append(f"{mistake.id}, {style}: {found.headline}")
    assert not wrong, "\n".join(wrong)
