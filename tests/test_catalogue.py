"""The visible check against the catalogue and against answers as learners write them."""

import textwrap
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from conftest import MEASURED

from attention_lab import recorded
from attention_lab.check import verdict_on
from autograder import record
from solutions import build

LESSONS = {lesson.name: lesson for lesson in build.lessons()}
BANK = Path(__file__).parent / "submissions"
# Wrong answers that only a hidden case can see, each with the reason: {"<lesson>/<Exercise>--<what>": "why"}.
NOT_VISIBLE = dict.fromkeys(MEASURED, "no tensor is large; only the judge measures a process")
TOLD = tomllib.loads((Path(__file__).parent / "told.toml").read_text(encoding="utf-8"))


def reference(lesson):
    return import_module(f"solutions.reference.{lesson.topic}")


def entries(kind):
    return [pytest.param(lesson, entry, id=f"{lesson.name}-{entry.id}") for lesson in LESSONS.values()
            for entry in getattr(import_module(f"autograder.mistakes.{lesson.topic}"), kind)]


def answers(kind):
    return [pytest.param(LESSONS[path.parts[-3]], path, id=f"{path.parts[-3]}/{path.stem}") for path in sorted(BANK.glob(f"*/{kind}/*.py"))
            if path.parts[-3] in LESSONS]


def verdict(lesson, name, source, exercise):
    names = record.run_source(source, reference(lesson), name)
    return verdict_on(names[exercise], build.COURSE / lesson.name / recorded.FILE)


@pytest.mark.parametrize(("lesson", "mistake"), entries("MISTAKES"))
def test_a_known_mistake_is_named(lesson, mistake):
    found = verdict(lesson, mistake.id, record.source_of(mistake, reference(lesson)), mistake.exercise)
    assert found.mistake == mistake.id and found.headline == mistake.sentence
    assert found.points < found.max_points


@pytest.mark.parametrize(("lesson", "variant"), entries("VARIANTS"))
def test_a_right_answer_in_another_style_gets_full_points(lesson, variant):
    found = verdict(lesson, variant.id, record.source_of(variant, reference(lesson)), variant.exercise)
    assert found.points == found.max_points, found.headline


def test_who_names_a_layer_otherwise_is_told_that_later_cells_may_want_the_pages_name():
    renamed = """
        class SpatialGate(nn.Module):
            def __init__(self, kernel_size=7):
                super().__init__()
                if kernel_size % 2 == 0:
                    raise ValueError(kernel_size)
                self.CALLED = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)
                self.bn = nn.BatchNorm2d(1)

            def forward(self, x):
                sheets = torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)
                return torch.sigmoid(self.bn(self.CALLED(sheets)))
    """
    notes = {name: verdict(LESSONS["03_cbam"], "renamed", textwrap.dedent(renamed).replace("CALLED", name), "SpatialGate").notes
             for name in ("conv", "weights")}
    assert notes["conv"] == []
    assert "`weights` has another name than on the page" in notes["weights"][0]


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=str)
def test_the_catalogue_is_large_enough(lesson):
    """Eight mistakes a module, three a function, two variants each."""
    catalogue = import_module(f"autograder.mistakes.{lesson.topic}")
    for exercise in import_module(f"autograder.cases.{lesson.topic}").EXERCISES:
        mistakes = {m.sentence for m in catalogue.MISTAKES if m.exercise == exercise.name}
        variants = [v for v in catalogue.VARIANTS if v.exercise == exercise.name]
        assert len(mistakes) >= (8 if isinstance(getattr(reference(lesson), exercise.name), type) else 3), exercise.name
        assert len(variants) >= 2, exercise.name


@pytest.mark.parametrize(("lesson", "path"), answers("right"))
def test_a_right_answer_of_the_bank_passes(lesson, path):
    found = verdict(lesson, path.stem, path.read_text(encoding="utf-8"), path.stem.split("--")[0])
    assert found.points == found.max_points, found.headline


@pytest.mark.parametrize(("lesson", "path"), answers("wrong"))
def test_a_wrong_answer_of_the_bank_fails_and_is_told_why(lesson, path):
    found = verdict(lesson, path.stem, path.read_text(encoding="utf-8"), path.stem.split("--")[0])
    reason = NOT_VISIBLE.get(f"{lesson.name}/{path.stem}")
    assert (found.points == found.max_points) == (reason is not None), found.headline
    assert TOLD[lesson.name].get(path.stem, "") in found.headline


def test_most_wrong_answers_are_told_a_specific_cause():
    wrong = {(parameter.values[0].name, parameter.values[1].stem) for parameter in answers("wrong")}
    told = {(lesson, answer) for lesson, phrases in TOLD.items() for answer in phrases}
    assert told <= wrong and len(told) >= 0.8 * len(wrong)


def test_every_lesson_of_the_bank_is_known():
    assert {path.name for path in BANK.iterdir()} <= set(LESSONS) and answers("right") and answers("wrong")
