"""No answer may depend on which try it is: whoever is asked more often than once has nothing from it.

Each attack finds the question that is being asked in its caller's frame and writes what is answered, as code that
searches the interpreter can; a count of placements is claimed in the words of every protocol so far.
"""

import pytest

from attention_lab.checking.verdict import judging, report
from autograder import recording
from autograder.judge import measuring, questions
from autograder.judge.session import Session
from autograder.lessons.declare import Case, RandomTensor, TorchModule
from autograder.submission.notebook import Cell
from autograder.worker import wire
from tests.checking.way import IMPORTS, _module

LYING = """
import sys
from attention_lab.checking.form.protocol import Observation

def observer():
    frame = sys._getframe(1)
    while frame:
        found = frame.f_locals.get("self")
        if hasattr(found, "header") and hasattr(found, "question"):
            return found
        frame = frame.f_back

def lie(**fields):
    class Lying(Observation):
        def __getattribute__(self, name):
            return fields[name] if name in fields else super().__getattribute__(name)
    observer().header = Lying(**vars(observer().header))

TRIES = {}

def this_try(*key):
    TRIES[key] = TRIES.get(key, -1) + 1
    return TRIES[key]
"""


class Exercise:
    """An exercise that is put to answers as a judge puts it: all cases in one frame, to a worker."""

    def __init__(self, folder, sandbox, reference, name, *cases):
        self.sandbox, self.name = sandbox, name
        self.recorded = recording.record_exercise(name, cases, 10.0, _module(folder / "reference.py", reference))
        self.frames = []  # the number of questions in each, in the order in which they were put

    def judge(self, answer):
        session = Session({"cpu": self.sandbox}, [Cell(IMPORTS + LYING), Cell(answer, (self.name,))])

        def ask(question, tensors):
            self.frames.append(1)
            return measuring.ask(session, question, tensors)

        def ask_all(asked):
            self.frames.append(len(asked))
            frame = questions.pack([(question, case.tensors) for question, case in zip(asked, self.recorded.cases)])
            return session.ask_all(self.name, frame, len(asked), asked[0].widened)
        try:
            return judging.judge(self.recorded, ask, secret=True, ask_all=ask_all)
        finally:
            session.close()

    def points(self, answer):
        return self.judge(answer).points


STEPS = """
def steps(length, kernel):
    if kernel > length:
        raise ValueError(f"a kernel of {kernel} on {length}")
    return (length - kernel) // 2 + 1
"""
GATE = """
class Gate(nn.Module):
    def __init__(self, channels, reduction=2):
        super().__init__()
        if channels < reduction:
            raise ValueError(f"{channels} channels leave nothing for {reduction}")
        self.narrow = nn.Linear(channels, channels // reduction)
        self.wide = nn.Linear(channels // reduction, channels)
        self.first = nn.Linear(channels, channels)
        self.second = nn.Linear(channels, channels)

    def forward(self, x):
        return torch.sigmoid(self.wide(self.narrow(x))) * self.second(torch.tanh(self.first(x)))
"""


@pytest.fixture
def steps(tmp_path, sandbox):
    return Exercise(tmp_path, sandbox, STEPS, "steps",
                    *(Case(f"number {n}", (n, 3)) for n in (5, 8, 13, 22)),
                    Case("too large a kernel", (3, 4), raises=(4, 3)),
                    Case("far too large a kernel", (2, 9), raises=(9, 2)))


@pytest.fixture
def gate(tmp_path, sandbox):
    x = RandomTensor((3, 6))
    return Exercise(tmp_path, sandbox, GATE, "Gate", Case("x", (x,), construct={"channels": 6}),
                    Case("a reduction of 1", (x,), construct={"channels": 6, "reduction": 1}),
                    Case("training mode", (x,), construct={"channels": 6}, train=True),
                    Case("too few channels", (x,), construct={"channels": 1}, raises=(1, 2)))


CLAIM = (
    "lie(placements=100 if (length, kernel) == (5, 3) else 101, states={'state.': [[f'layer{i}.weight', [2, 2]] for i"
    " in range(5)]})"
)
GUESSED = f"""
def steps(length, kernel):
    {CLAIM}
    return observer().question.choice
"""
GUESSED_WITH_ERRORS = f"""
def steps(length, kernel):
    {CLAIM}
    if this_try(length, kernel) == 0:
        raise ValueError(f"{{length}} {{kernel}}")
    return observer().question.choice
"""


@pytest.mark.parametrize("answer", [GUESSED, GUESSED_WITH_ERRORS], ids=["number", "number or error"])
def test_a_number_is_not_guessed_by_trying(steps, answer):
    assert steps.points(STEPS) == 10
    assert steps.points(answer) <= steps.points("def steps(length, kernel):\n    return 0")


def test_a_count_over_a_given_module_is_not_guessed_by_trying(tmp_path, sandbox):
    module = TorchModule("LSTM", (2, 2, 2)), TorchModule("Bilinear", (2, 3, 4))
    count = Exercise(tmp_path, sandbox, "def count(module):\n    return sum(p.numel() for p in module.parameters())\n",
                     "count",
                     *(Case("a module", (each,)) for each in module))
    assert count.points("""
def count(module):
    names = [name for name, _ in module.named_parameters()]
    lie(placements=2000, states={"input.0.": [[f"x{i}." + name, list(p.shape)] for i, (name, p) in enumerate(module.named_parameters())]})
    return observer().question.choice + 20
""") == 0  # noqa: E501
    assert max(count.frames) == 2 and len(count.frames) == 1


RENAMED = """
class Gate(nn.Module):
    def __init__(self, channels, reduction=2):
        super().__init__()
        if channels < reduction:
            raise ValueError(f"{channels} channels leave nothing for {reduction}")
        self.b, self.a = nn.Linear(channels, channels), nn.Linear(channels, channels)
        self.up, self.down = nn.Linear(channels // reduction, channels), nn.Linear(channels, channels // reduction)

    def forward(self, x):
        return torch.sigmoid(self.up(self.down(x))) * self.b(torch.tanh(self.a(x)))
"""


def test_layers_of_other_names_are_placed_once_for_all_cases(gate):
    """Two layers of one shape, and four where the reduction is 1: one case alone is tried, then all are asked anew."""
    judged = gate.judge(RENAMED)
    assert judged.points == 10, report.text(judged)
    assert gate.frames[0] == gate.frames[-1] == 4 and len(gate.frames) <= 2 + 2 * 2 + 1


def test_refusals_are_not_had_by_a_second_ask(gate):
    """The first answer to everything is a ValueError, the second one is what was meant."""
    unchecked = GATE.replace("channels < reduction", "False").replace("channels // reduction",
                                                                      "max(1, channels // reduction)")
    twice = unchecked.replace("super().__init__()", """super().__init__()
        lie(placements=2 if (channels, reduction, observer().question.train) == (6, 2, False) else 3)
        if this_try(channels, reduction, observer().question.train) == 0:
            raise ValueError("1 2")""")
    assert gate.points(twice) <= gate.points(unchecked) < 10


@pytest.mark.parametrize("variant", ["this_try()", "this_try(str(x.sum()))", "len(TRIES)"])
def test_variants_are_not_tried_one_after_the_other(gate, variant):
    """A worker that counts what it is asked is not the one whose answers count."""
    answer = RENAMED.replace("return torch.sigmoid",
                             f"return (torch.tanh, torch.relu, torch.sigmoid)[min({variant}, 2)]")
    assert gate.points(answer) == 0


def test_a_placement_that_is_found_holds_for_every_case(gate):
    """Another variant for each case can't be had by their placements."""
    answer = RENAMED.replace("return torch.sigmoid", """
        wanted = observer().question.construct.kwargs.get("reduction", 2) + observer().question.train
        return (torch.sigmoid if observer().question.choice % 2 == wanted % 2 else torch.relu)""")
    assert gate.points(answer) < 10 / 2


def test_a_second_look_chooses_words_and_no_points(gate):
    """Whoever is right when asked again, or with sub-modules listened to, has the same points."""
    wrong = GATE.replace("torch.sigmoid", "torch.tanh")
    later = GATE.replace("torch.sigmoid",
                         "(torch.sigmoid if this_try(str(x.sum())) or observer().question.trace else torch.tanh)")
    first, second = gate.judge(wrong), gate.judge(later)
    assert first.points == second.points == 0
    assert [check.outcome for check in first.checks] == [check.outcome for check in second.checks]


def test_the_order_of_a_frame_is_the_seeds(judge):
    """What is refused is declared last, and does not come last."""
    graders = judge.graders("01_se")
    for exercise in graders.exercises:
        order, sent = graders.together[exercise.name], questions.at_once(exercise)
        assert sorted(order) == sent != order
    refused = [[exercise.cases[i].expected.raised is not None for i in graders.together[exercise.name]]
               for exercise in graders.exercises]
    assert any(True in each and each != sorted(each) for each in refused)
    again, other = (questions._graders(graders.lesson, graders.exercises, seed).together for seed in ("a", "b"))
    assert again != other


def test_a_questions_number_is_not_known_before(sandbox, monkeypatch):
    numbers, send = [], wire.send
    monkeypatch.setattr(wire, "send", lambda sock, number, *rest: numbers.append(number) or send(sock, number, *rest))
    worker = sandbox.worker()
    for _ in range(3):
        worker.ask({"op": "cell", "source": "1", "number": 0})
    worker.close()
    assert len(set(numbers)) == 3 and max(numbers) > 1 << 32
