"""The visible check against the catalogue and against answers as learners write them."""

import inspect
import textwrap

import pytest

from attention_lab.checking.known import recorded
from attention_lab.notebook.check import verdict_on
from autograder import recording
from autograder.lessons.course import files_of
from autograder.lessons.topics import topic
from builder import build, notebooks
from tests.bank import answers, named, parameters
from tests.suites import few

LESSONS = {lesson.name: lesson for lesson in build.lessons()}


def reference(lesson):
    return topic(lesson.topic).reference


def known_mistakes(most):
    """The mistakes of all lessons; of an exercise, at most so many in `make test`."""
    found = [(lesson, mistake) for lesson in LESSONS.values() for mistake in topic(lesson.topic).mistakes]
    return few(found, most, lambda each: (each[0].name, each[1].exercise), lambda each: f"{each[0].name}-{each[1].id}")


def verdict(lesson, name, source, exercise):
    names = recording.run_source(source, reference(lesson), name)
    return verdict_on(names[exercise], files_of(lesson.name) / recorded.FOLDER)


@pytest.mark.parametrize("known", known_mistakes(2))
def test_a_known_mistake_is_named(known):
    lesson, mistake = known
    found = verdict(lesson, mistake.id, mistake.source, mistake.exercise)
    assert named(found, mistake), found.headline
    assert found.points < found.max_points


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
    notes = {name: verdict(LESSONS["03_cbam"], "renamed", textwrap.dedent(renamed).replace("CALLED", name),
                           "SpatialGate").notes
             for name in ("conv", "weights")}
    assert notes["conv"] == []
    assert "Your `weights` is the page's `conv`" in notes["weights"][0]


OTHER_KIND = """
    class AnchorProjection(nn.Module):
        def __init__(self, dim, down_factor):
            super().__init__()
            self.pool = nn.AvgPool2d(down_factor)
            self.reduction = nn.Conv2d(dim, dim // 2, 1)

        def forward(self, x, image_size):
            return self.reduction(self.pool(x.transpose(1, 2).unflatten(2, tuple(image_size)))).permute(0, 2, 3, 1)
"""
LATER_UNUSED = """
    class Excitation(nn.Module):
        def __init__(self, channels, reduction=16):
            super().__init__()
            if channels // reduction == 0:
                raise ValueError(f"{channels} {reduction}")
            self.fc1 = nn.Conv2d(channels, channels // reduction, 1, bias=False)
            self.fc2 = nn.Conv2d(channels // reduction, channels, 1, bias=False)

        def forward(self, z):
            return torch.sigmoid(self.fc2(torch.relu(self.fc1(z[:, :, None, None])))).flatten(1)
"""
LISTS = """
    def parameter_table(rows):
        counts = [(name, sum(p.numel() for p in module.parameters() if p.requires_grad)) for name, module in rows]
        return [[name, n, round(n / 1e6, 2), round(n / 2**20, 2)] for name, n in counts]
"""


@pytest.mark.parametrize(("lesson", "exercise", "source", "said"), [
    ("08c_grl", "AnchorProjection", OTHER_KIND, "`reduction` is a layer of a different kind"),
    ("10_capstone", "parameter_table", LISTS, "You return a list where the page has a tuple"),
])
def test_another_kind_of_layer_or_result_is_named_and_costs_nothing(lesson, exercise, source, said):
    found = verdict(LESSONS[lesson], "kind", textwrap.dedent(source), exercise)
    assert found.points == found.max_points
    assert said in found.notes[0]


def test_a_layer_of_another_kind_is_not_named_if_no_later_cell_uses_it():
    found = verdict(LESSONS["01_se"], "kind", textwrap.dedent(LATER_UNUSED), "Excitation")
    assert (found.points, found.notes) == (found.max_points, [])


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=str)
def test_what_is_said_to_be_used_later_is(lesson):
    """By a cell that holds no exercise or by the lesson's kit, and by the name that a layer of the reference has."""
    code = [cell.source for cell in notebooks.read_source(lesson).cells if cell.cell_type == "code"]
    cells = [source for source in code if "BEGIN SOLUTION" not in source]
    cells += [path.read_text(encoding="utf-8") for path in files_of(lesson.name).rglob("*.py")]
    for name, layers in topic(lesson.topic).used_later.items():
        own = inspect.getsource(getattr(reference(lesson), name))
        assert all(f"self.{layer} = " in own and any(f".{layer}" in cell for cell in cells) for layer in layers), name


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=str)
def test_the_catalogue_is_large_enough(lesson):
    """Eight mistakes a module, three a function, two right answers in other styles each."""
    catalogue = topic(lesson.topic).catalogue
    for exercise in topic(lesson.topic).exercises:
        mistakes = {m.sentence for m in catalogue.mistakes if m.exercise == exercise.name}
        rights = [right for right in catalogue.right if right.exercise == exercise.name]
        least = 8 if isinstance(getattr(reference(lesson), exercise.name), type) else 3
        assert len(mistakes) >= least, f"{exercise.name} has {len(mistakes)} known mistakes: write {least} or more"
        assert len(rights) >= 2, f"write two right answers to {exercise.name} in styles of their own"


def verdict_of(answer):
    return verdict(LESSONS[answer.lesson], answer.entry.id, answer.source, answer.exercise)


@pytest.mark.parametrize("answer", parameters(answers("right"), most=2))
def test_a_right_answer_gets_full_points(answer):
    found = verdict_of(answer)
    assert found.points == found.max_points, found.headline


@pytest.mark.parametrize("answer", parameters(answers("wrong"), most=1))
def test_a_wrong_answer_fails_and_its_report_says_why(answer):
    found = verdict_of(answer)
    if answer.measured:
        assert found.points == found.max_points
    else:
        assert found.points < found.max_points and answer.entry.told(found.mistake, found.headline), found.headline
