"""The capstone's record: what counts, and that code behind the wall can touch neither the data, the steps nor the
score."""

import io
import textwrap

import nbformat
import pytest
import torch
from rich.console import Console
from torch import nn

from attention_lab.networks import record as rules_of
from attention_lab.networks.record import RULES, Record, Rules, attempt, carried, record, shuffle
from attention_lab.short_errors import Unusable
from autograder import cli
from autograder.lessons.course import NOTEBOOKS
from autograder.sandbox.sandbox import Sandbox
from autograder.verify import record as verifying
from autograder.verify.record import Behind, Entry, Far, Refused, entry, trained, verify_record
from solutions.capstone.challenge import OURS, ours

TINY = Rules(tasks=("what",), seeds=1, needed=1, share=0.02, tested=20)  # four steps
NORMED = "mine = lambda channels: nn.Sequential(nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels))"


def normed(channels):
    return nn.Sequential(nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels))


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as made:
        yield made


@pytest.fixture(autouse=True)
def steps_are_asked_again_in_pairs(monkeypatch):
    monkeypatch.setattr(verifying, "KEPT", 2)


def refused(sandbox, source, rules=TINY):
    """Why a record is refused."""
    with pytest.raises(Refused) as found:
        trained(Entry(textwrap.dedent(source)), sandbox, 5, rules)
    return str(found.value)


# ------------------------------------------------------------------------------------------------------- what counts

def test_a_task_is_solved_if_enough_runs_solve_it_and_fewer_numbers_are_better():
    found = Record(700, {"what": (90.0, 91, 95, 99, 12), "far": (89.9, 100, 100, 100, 33)})
    assert found.solved == ["what"] and found.rank < Record(701, found.scores).rank
    assert Record(950, {"what": (90.0,) * 5, "far": (90.0,) * 5}).rank < found.rank
    assert repr(found).startswith("✓ what      90.0   91.0") and repr(found).endswith(
        "1 of 2 tasks solved (90 % right in at least 4 of 5 runs), with 700 numbers.")
    assert "<td>○</td><td>far</td>" in found._repr_html_()


def test_parameters_and_buffers_are_counted():
    assert carried(normed(16)) == 16 * 16 + 16 + 4 * 16 + 1
    with pytest.raises(Unusable, match="carries 1,001 numbers"):
        record(lambda channels: nn.PReLU(1001), TINY)


def test_a_record_within_the_notebook_says_how_each_task_fared(monkeypatch):
    seen = []
    monkeypatch.setattr(rules_of, "attempt", lambda make, task, seed, draw, rules: seen.append((task, seed)) or 91.0)
    found = record(normed)
    assert found.solved == list(RULES.tasks) and found.numbers == 337 and len(set(seen)) == 25


def test_what_one_begins_with_is_put_into_another_order():
    layer = nn.Linear(6, 6)
    layer.weight.data = torch.arange(36.0).view(6, 6)
    before = layer.weight.detach().clone()
    shuffle(layer, 0)
    assert not torch.equal(layer.weight, before) and torch.equal(layer.weight.flatten().sort()[0], before.flatten())


# ------------------------------------------------------------------------------------------------ an honest record

def test_behind_the_wall_a_module_trains_as_it_does_here(sandbox):
    here = attempt(normed, "what", 0, 5, TINY)
    found = trained(Entry(NORMED), sandbox, 5, TINY)
    assert found.numbers == 337 and abs(found.scores["what"][0] - here) < 1


def test_the_modules_of_other_lessons_are_found_beside_the_notebook(sandbox):
    lesson = entry_of(NOTEBOOKS, 'mine = lambda channels: modules["SE"](channels)')
    assert set(lesson.lessons) == {"01_se"}
    assert trained(lesson, sandbox, 5, TINY).numbers == 256
    assert "there is no notebook ../01_se/01_se.ipynb" in refused(sandbox, lesson.source)


def entry_of(beside, code):
    cell = nbformat.v4.new_code_cell(f"# record\n{code}")
    path = beside / "10_capstone/record.ipynb"
    return entry_in(path, [cell])


def entry_in(path, cells):
    """As if a notebook with these cells were there."""
    with pytest.MonkeyPatch.context() as patch:
        real = verifying.read
        patch.setattr(verifying, "read", lambda wanted: nbformat.v4.new_notebook(cells=cells)
                      if wanted == path else real(wanted))
        return entry(path)


def test_random_numbers_of_a_step_are_those_that_it_was_given(sandbox):
    trained(Entry("mine = lambda channels: nn.Dropout2d(0.5)"), sandbox, 5, TINY)


@pytest.mark.parametrize("name", OURS)
def test_our_own_records_are_modules_within_the_rules(sandbox, name):
    assert len(OURS[name].read_text(encoding="utf-8")) < verifying.LONGEST
    trained(ours(name), sandbox, 5, TINY)


# ----------------------------------------------------------------------------------------------------- the cheats

def test_who_looks_for_the_questions_finds_none(sandbox):
    """All tensors of the process, and those that the page's seeds would draw: no answers to these questions."""
    trained(Entry(textwrap.dedent("""
        import gc
        from attention_lab.tasks import task_scores

        class Looks(nn.Module):
            def forward(self, x):
                answers = [each for each in gc.get_objects() if isinstance(each, torch.Tensor)
                           and each.dtype == torch.int64 and each.shape[-2:] == (12, 12)]
                assert not answers and task_scores.test_questions.cache_info().currsize == 0
                return x

        mine = lambda channels: Looks()
        """)), sandbox, 5, TINY)


def test_the_pictures_are_drawn_after_the_notebook_was_read(tmp_path, monkeypatch):
    drawn, order = [], []
    monkeypatch.setattr(verifying, "entry", lambda path: order.append("read"))
    monkeypatch.setattr(verifying, "trained", lambda read, sandbox, draw, rules, told: drawn.append(draw)
                        or order.append("trained") or Record(1, {}))
    for _ in range(2):
        assert verify_record(tmp_path, "auto", Console(file=io.StringIO())) == 0
    assert drawn[0] != drawn[1] and order[:2] == ["read", "trained"]


def test_whoever_changes_the_trainer_or_the_steps_changes_nothing(sandbox, monkeypatch):
    asked = []
    real = Behind.output_of
    monkeypatch.setattr(Behind, "output_of",
                        lambda self, *args, training: asked.append(training) or real(self, *args, training=training))
    cheat = """
        import attention_lab.networks.record as rules
        import attention_lab.tasks.five_tasks as five
        import attention_lab.tasks.task_scores as scores
        rules.Rules.pictures = rules.Rules.steps = lambda self, task: 10 ** 6
        scores.SOLVED, rules.RULES = 0.0, None
        five.right = rules.right = lambda *args: 100.0
        """
    found = trained(Entry(textwrap.dedent(cheat) + NORMED), sandbox, 5, TINY)
    assert asked.count(True) == 2 * TINY.steps("what")  # each step, and each of them once more
    assert found.scores["what"] == trained(Entry(NORMED), sandbox, 5, TINY).scores["what"]


def test_weights_that_were_trained_at_home_are_not_where_they_were(sandbox):
    source = """
        def mine(channels):
            layer = nn.Conv2d(channels, channels, 1, bias=False)
            layer.weight.data = torch.arange(256.0).view(16, 16, 1, 1)
            return layer
        """
    three = [Behind(sandbox, Entry(textwrap.dedent(source))) for _ in range(3)]
    made = [Far(*three, 0, TINY)]
    attempt(lambda channels: made[0], "what", 0, 5, TINY)
    for each in three:
        each.close()
    order = made[0].values[0].detach().flatten().round()
    assert (order != torch.arange(256.0)).float().mean() > 0.9


LAST_STEP = """
    class AtTheEnd(nn.Module):
        '''It remembers, and puts what it remembers into its buffer in one step alone.'''
        def __init__(self, channels):
            super().__init__()
            self.register_buffer("told", torch.zeros(channels))
            self.remembered, self.step = torch.zeros(channels), 0

        def forward(self, x):
            if self.training:
                self.step += 1
                self.remembered = self.remembered + x.detach().mean(dim=(0, 2, 3))
                if self.step == 4:
                    self.told.copy_(self.remembered)
            return x + self.told[:, None, None]

    mine = AtTheEnd
    """
ONLY_IN_TESTS = """
    class Other(nn.Module):
        '''It remembers, and shows it in tests alone.'''
        def __init__(self, channels):
            super().__init__()
            self.remembered = torch.zeros(channels)

        def forward(self, x):
            if self.training:
                self.remembered = self.remembered + x.detach().mean(dim=(0, 2, 3))
                return x
            assert not self.remembered.any()
            return x

    mine = Other
    """
OWN_TRAINING = """
    class Longer(nn.Module):
        '''Ten steps of its own for each step, on all that it has seen.'''
        def __init__(self, channels):
            super().__init__()
            self.layer, self.seen, self.extra = nn.Conv2d(channels, channels, 1), [], torch.zeros(channels)

        def forward(self, x):
            if self.training:
                self.seen.append(x.detach())
                for old in self.seen[-10:]:
                    self.extra = 0.9 * self.extra + 0.1 * old.mean(dim=(0, 2, 3))
            return self.layer(x) + self.extra[:, None, None]

    mine = Longer
    """
HIDDEN = """
    class Hides(nn.Module):
        '''Weights in a list, where nobody counts them.'''
        def __init__(self, channels):
            super().__init__()
            self.hidden = [torch.randn(channels, channels, 100)]

        def forward(self, x):
            return x + torch.einsum("cdk,bdhw->bchw", self.hidden[0], x)

    mine = Hides
    """
AMONG_OTHERS = """
    class Compares(nn.Module):
        '''In tests too, it learns from the other pictures.'''
        def forward(self, x):
            return x - x.mean(dim=0)

    mine = lambda channels: Compares()
    """
TOO_MANY = "mine = lambda channels: nn.Sequential(*(nn.Conv2d(channels, channels, 1) for _ in range(4)))"
IN_BUFFERS = """
    def mine(channels):
        made = nn.Identity()
        made.register_buffer("weights", torch.randn(3000))
        return made
    """


@pytest.mark.parametrize("cheat, why", [
    (OWN_TRAINING, "depended on something other than the module's numbers"),
    (LAST_STEP, "depended on something other than the module's numbers"),
    (HIDDEN, "depended on something other than the module's numbers"),
    (AMONG_OTHERS, "a picture gets a different output if it is tested alone"),
    (TOO_MANY, "carries 1,088 numbers (parameters and buffers); the rules allow 1,000"),
    (IN_BUFFERS, "carries 3,000 numbers (parameters and buffers); the rules allow 1,000"),
], ids=["trains longer", "tells it in one step", "hides parameters", "learns from the test", "too many", "in buffers"])
def test_a_cheat_is_refused(sandbox, cheat, why):
    assert why in refused(sandbox, cheat)


def test_the_process_that_tests_has_seen_no_training(sandbox):
    trained(Entry(textwrap.dedent(ONLY_IN_TESTS)), sandbox, 5, TINY)


def test_to_train_while_the_module_is_made_takes_too_long(sandbox, monkeypatch):
    monkeypatch.setattr(verifying, "CELL_SECONDS", 0.5)
    slow = """
        import time
        def mine(channels):
            end = time.process_time() + 1
            while time.process_time() < end:
                pass
            return nn.Identity()
        """
    assert refused(sandbox, slow) == "the module takes more than 0.5 seconds of computing to be made"
    monkeypatch.setattr(verifying, "STEP_SECONDS", -1.0)
    assert refused(sandbox, "mine = lambda channels: nn.Identity()").startswith("a step takes more than")


@pytest.mark.parametrize("source, why", [
    ("mine = lambda channels: nn.MaxPool2d(2)", "the module's answer has the wrong form"),
    ("mine = lambda channels: nn.Sequential(nn.Identity(), nn.Threshold(1e9, float('nan')))", "answer is not finite"),
    ("mine = lambda channels: nn.Linear(3, 3)", "its module stops: RuntimeError"),
    ("mine = lambda channels: nn.Identity().double() if channels else 1 / 0\nmine(0)", "its cell stops: ZeroDivision"),
    ("mine = None", "its module stops: TypeError: `mine` is not a function of the number of channels"),
    ("mine = lambda channels: nn.Conv2d(channels, channels, 1).double()", "finite, and of dtype torch.float32"),
    ("import os\nmine = lambda channels: os._exit(0)", "its process ends: the process ended"),
    ("mine = lambda channels: nn.Conv2d(channels, channels, 1, bias=torch.rand(1) > 0.5)", ""),
])
def test_what_is_no_module_is_refused_in_a_sentence(sandbox, source, why):
    if why:
        assert why in refused(sandbox, source)
    else:  # made twice, it may have other numbers
        with pytest.raises(Refused, match="made a second time"):
            for _ in range(50):
                trained(Entry(source), sandbox, 5, TINY)


# ------------------------------------------------------------------------------------------------------ the command

def test_a_record_is_one_cell_that_a_person_can_read(tmp_path):
    path = tmp_path / "10_capstone.ipynb"
    cell = nbformat.v4.new_code_cell
    with pytest.raises(Refused, match="0 cells begin with `# record`"):
        entry_in(path, [cell("mine = None")])
    with pytest.raises(Refused, match="2 cells begin"):
        entry_in(path, [cell("# record"), cell("\n# record: again")])
    with pytest.raises(Refused, match="6,001 characters; at most 6,000"):
        entry_in(path, [cell("# record".ljust(6001, "#"))])


def test_the_command_trains_a_notebooks_record(tmp_path, monkeypatch):
    path = tmp_path / "record.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"# record\n{NORMED}")]), path)
    console = Console(file=io.StringIO(), width=100)
    assert verify_record(path, "auto", console, 7, TINY) == 0
    said = console.file.getvalue()
    assert "what, seed 0: " in said and "0 of 1 tasks solved" in said and "drawn with --draw 7;" in said
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"# record\n{TOO_MANY}")]), path)
    console = Console(file=io.StringIO(), width=100)
    assert verify_record(path, "auto", console, 7, TINY) == 1 and "is REFUSED: The module carries" in (
        console.file.getvalue())


@pytest.mark.parametrize("arguments", [["card.json"], ["card.json", "a.ipynb", "--draw", "1"],
                                       ["card.json", "--record", "a.ipynb"], []])
def test_a_card_or_a_record(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["verify", *arguments])
    assert ended.value.code == 2 and "--record" in capsys.readouterr().err
