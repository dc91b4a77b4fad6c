"""Earlier pieces that the judge computes: as the reference does it, and without its code."""

import inspect
from types import SimpleNamespace

import psutil
import pytest
import torch
from torch import nn

from attention_lab.checking.ask import device
from autograder.judge import proxy_process
from autograder.judge.proxied import Proxies, Refused
from autograder.judge.proxy_process import ProxyProcess
from autograder.sandbox.budget import Died
from autograder.worker import proxies
from solutions.catnet import reference as catnet
from solutions.cosine import reference as windows
from solutions.grl import reference as grl
from solutions.se import reference as se

SE, GRL, CATNET, WINDOWS = vars(se), vars(grl), vars(catnet), vars(windows)


class Normed(nn.Module):
    """Containers, buffers, a module that is not torch's."""

    def __init__(self, channels):
        super().__init__()
        self.scale = nn.Parameter(torch.full((1,), 0.5))
        self.layers = nn.Sequential(nn.Conv2d(channels, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU())
        self.blocks = nn.ModuleList([se.SEBlock(4, 2), nn.Sequential(nn.Identity())])

    def forward(self, x):
        return self.scale * self.blocks[0](self.layers(x)), x.shape[2:]


def proxy(name, reference, without_forward=()):
    pieces = Proxies(reference, [name], without_forward)
    return proxies.make(pieces.headers()[0], pieces.answer)


def both(name, reference, *construct, **named):
    """The reference's module and its stand-in with the same weights."""
    torch.manual_seed(0)
    theirs = reference[name](*construct, **named).double()
    mine = proxy(name, reference)(*construct, **named).double()
    assert [(n, p.shape) for n, p in mine.state_dict().items()] == [(n, p.shape)
                                                                    for n, p in theirs.state_dict().items()]
    for parameter in theirs.parameters():
        nn.init.normal_(parameter)
    mine.load_state_dict(theirs.state_dict())
    return theirs, mine


def flat(output):
    return [t for t in output if isinstance(t, torch.Tensor)] if isinstance(output, (list, tuple)) else [output]


def same(theirs, mine, *inputs, method="forward"):
    """Outputs, gradients of inputs and parameters, and buffers afterwards are equal."""
    results = []
    for module in (theirs, mine):
        leaves = [x.clone().requires_grad_() if isinstance(x, torch.Tensor) else x for x in inputs]
        outputs = getattr(module, method)(*leaves) if method != "forward" else module(*leaves)
        tensors = [x for x in leaves if isinstance(x, torch.Tensor)]
        wanted = [*tensors, *module.parameters()] if isinstance(module, nn.Module) else tensors
        gradients = torch.autograd.grad([o.sin().sum() for o in flat(outputs)], wanted, allow_unused=True)
        results.append([*flat(outputs), *gradients, *(module.buffers() if isinstance(module, nn.Module) else ())])
    assert len(results[0]) == len(results[1])
    for a, b in zip(*results):
        assert (a is None and b is None) or torch.allclose(
            a if a is not None else torch.zeros_like(b),
            b if b is not None else torch.zeros_like(a),
            rtol=1e-12,
            atol=1e-12,
        )


def test_a_module():
    same(*both("Excitation", SE, 12, reduction=3), torch.randn(3, 12).double())


def test_a_function():
    same(se.squeeze, proxy("squeeze", SE), torch.randn(2, 3, 4, 5).double())


@pytest.mark.parametrize("training", [True, False])
def test_containers_buffers_and_modules_inside(training):
    theirs, mine = both("Normed", {"Normed": Normed}, 3)
    same(theirs.train(training), mine.train(training), torch.randn(2, 3, 5, 4).double())
    inner = torch.randn(2, 4, 3, 3).double()
    same(theirs.blocks[0], mine.blocks[0], inner)  # a module inside is computed too
    same(theirs.layers, mine.layers, torch.randn(2, 3, 5, 4).double())  # and torch's own layers run where they are
    assert mine(torch.randn(2, 3, 5, 4).double())[1] == (5, 4)


def test_another_method_several_inputs_and_sizes():
    theirs, mine = both("CrossMaskedAttention", CATNET, 8, reduction=4)
    x, y = torch.randn(2, 2, 8, 3, 4).double()
    same(theirs, mine, x, y, method="attention")
    theirs, mine = both("CMAT", CATNET, 8, reduction=4)
    same(theirs, mine, x, y, *torch.rand(2, 2, 1, 3, 4).double())
    theirs, mine = both("AnchorProjection", GRL, 6, 2)
    same(theirs, mine, torch.randn(2, 24, 6).double(), (4, 6))


def test_a_function_among_the_arguments_stays_with_the_learner():
    scale = nn.Parameter(torch.tensor(0.7).double())
    q, k, v = torch.randn(2, 2, 5, 3).double(), torch.randn(2, 2, 4, 3).double(), torch.randn(2, 2, 4, 6).double()
    results = []
    for function in (grl.cosine_attention, proxy("cosine_attention", GRL)):
        leaves = [t.clone().requires_grad_() for t in (q, k, v)]
        output = function(*leaves, lambda logits: scale * logits + 0.1)
        results.append([output, *torch.autograd.grad(output.sin().sum(), [*leaves, scale])])
    assert all(torch.allclose(a, b, rtol=1e-12, atol=1e-12) for a, b in zip(*results))


def test_a_learners_subclass():
    class Gate(proxy("Excitation", SE)):
        def forward(self, s):
            return 1 - super().forward(s)

    gate = Gate(8, 2)
    s = torch.randn(2, 8)
    by_hand = torch.sigmoid(gate.fc2(torch.relu(gate.fc1(s))))
    assert torch.allclose(gate(s), 1 - by_hand, atol=1e-6)


def test_impossible_arguments_are_refused_as_the_reference_does():
    with pytest.raises(ValueError, match="channels=8, reduction=16"):
        proxy("Excitation", SE)(8, 16)
    with pytest.raises(RuntimeError, match="in Excitation"):
        proxy("Excitation", SE)(8, 2)(torch.randn(2, 9))


def test_what_is_given_on_another_device_is_answered_there():
    plain, s = proxy("Excitation", SE)(8, 2), torch.randn(3, 8)
    expected = plain(s)
    mode = device.Mixed(torch.device("meta"), {})
    with mode:
        device.move(plain, torch.device("meta"))
        there = s.to("meta").requires_grad_()
        output = plain(there)
        assert torch.equal(mode.numbers.of(output), expected)
        assert torch.autograd.grad(output.sum(), [there, plain.fc1.weight])[1].shape == (4, 8)
    assert output.device.type == "meta" and mode.first is None


@pytest.mark.parametrize("stays, shapes", [("mask", [[1, 4, 4]]), ("index", None), ("factor", None)])
def test_what_stays_on_the_cpu_is_seen_unless_torch_takes_it_from_there(stays, shapes):
    given = {"attn": torch.randn(3, 2, 4, 4), "table": windows.relative_coords_table((2, 2)),
             "mask": torch.zeros(1, 4, 4), "index": windows.relative_position_index((2, 2)),
             "factor": torch.tensor(2.0)}
    transform, scaled = proxy("AffineTransform", WINDOWS)(2), proxy("scaled", {"scaled": lambda x, factor: x * factor})
    mode, there = device.Mixed(torch.device("meta"), {}), torch.device("meta")
    with mode:
        device.move(transform, there)
        attn, table, mask, index, factor = (t if name == stays else t.to(there) for name, t in given.items())
        scaled(transform(attn, table, index, mask), factor)
    assert (mode.first and mode.first.shapes) == shapes


def test_no_source_of_the_reference_can_be_read():
    made = proxy("Excitation", SE)
    with pytest.raises((OSError, TypeError)):
        inspect.getsource(made)
    seen = "".join(inspect.getsource(value) for value in vars(made).values() if inspect.isfunction(value))
    assert "fc2" not in seen and "sigmoid" not in seen


def test_children_but_no_forward_where_calling_it_would_be_the_answer():
    made = proxy("Excitation", SE, without_forward=("Excitation",))(8, 2)
    assert made.fc1.weight.shape == (4, 8)
    with pytest.raises(NotImplementedError):
        made(torch.randn(2, 8))


ASKED = [{"tensor": "input.0"}]
QUESTION = {**proxies.QUESTION, "ask": "call", "name": "squeeze", "args": ASKED}
EXCITATION = {**proxies.QUESTION, "ask": "call", "name": "Excitation", "construct": {"args": [8, 2], "kwargs": {}},
              "args": ASKED}


@pytest.mark.parametrize("question, inputs", [
    ({**QUESTION, "name": "SEBlock"}, {}),
    ({**QUESTION, "padding": "x" * 100}, {}),
    ({**EXCITATION, "ask": "build", "construct": {"args": [{"dtype": "_import_dotted_name"}], "kwargs": {}}}, {}),
    ({**EXCITATION, "ask": "build", "construct": {"args": [{"dtype": "os"}, {"dtype": "load"}], "kwargs": {}}}, {}),
    ({**EXCITATION, "ask": "build", "construct": {"args": [{"module": "Linear", "args": [2, 2]}], "kwargs": {}}}, {}),
])
def test_what_no_honest_answer_asks_is_refused(question, inputs):
    with pytest.raises((Refused, KeyError)):
        Proxies(SE, ["squeeze", "Excitation"]).answer(question, inputs)


@pytest.mark.parametrize("method", ["__class__", "_call_impl", "compile", "share_memory", "get_submodule", "fc1"])
def test_no_other_attribute_of_a_module_is_called_than_its_methods(method):
    asked = Proxies(SE, ["Excitation"])
    state = {f"state.{name}": t for name, t in asked.answer({**EXCITATION, "ask": "build"}, {})[1].items()}
    given = {"input.0": torch.zeros(2, 8), **state}
    assert asked.answer(EXCITATION, given)[1]["output"].shape == (2, 8)
    with pytest.raises(Refused, match="no method"):
        asked.answer({**EXCITATION, "method": method}, given)


# --- in a process of its own

LARGE = """
import torch
from torch import nn

def convolved(x, k):
    return nn.functional.conv2d(x, torch.ones(1, 1, k, k, dtype=x.dtype), padding=k // 2)

def filled(megabytes):
    return torch.ones(megabytes << 17, dtype=torch.float64)

def stopped():
    raise SystemExit

class Many(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(8, 8, 3) for _ in range(n)])
"""


@pytest.fixture
def process(tmp_path, sandbox, monkeypatch):
    """A function that starts a process for a reference's names."""
    path, started = tmp_path / "reference.py", []

    def start(source, *names):
        path.write_text(source)
        scope = {"__name__": "reference", "__file__": str(path)}
        exec(source, scope)
        started.append(ProxyProcess(sandbox, SimpleNamespace(**scope), list(names)))
        started[-1].start()
        return started[-1]
    yield start
    for each in started:
        each.close()


def grown(action):
    """What an action raises, and the bytes by which this process has grown when it is over."""
    before = psutil.Process().memory_info().rss
    with pytest.raises((Refused, Died)) as raised:
        action()
    return raised.value, psutil.Process().memory_info().rss - before


def test_a_process_answers_as_the_reference_does(sandbox):
    asked = ProxyProcess(sandbox, se, ["Excitation"])
    made = proxies.make(asked.start()[0], asked.answer)
    torch.manual_seed(0)
    theirs, mine = se.Excitation(12, reduction=3).double(), made(12, reduction=3).double()
    mine.load_state_dict(theirs.state_dict())
    same(theirs, mine, torch.randn(3, 12).double())
    with pytest.raises(ValueError, match="channels=8, reduction=16"):
        made(8, 16)
    asked.close()


def test_a_question_that_takes_too_long_ends_its_process_alone(process, monkeypatch):
    monkeypatch.setitem(proxy_process.LIMITS, "RLIMIT_CPU", 1)
    asked = process(LARGE, "convolved")
    question = {**QUESTION, "name": "convolved", "args": [*ASKED, 601]}
    _, more = grown(lambda: asked.answer(question, {"input.0": torch.ones(1, 1, 700, 700)}))
    assert more < 100 << 20
    asked.start()
    assert asked.answer({**question, "args": [*ASKED, 3]},
                        {"input.0": torch.ones(1, 1, 4, 4)})[1]["output"].shape == (1, 1, 4, 4)


def test_many_questions_have_one_time_together(process, monkeypatch):
    monkeypatch.setitem(proxy_process.LIMITS, "RLIMIT_CPU", 1)
    asked = process(LARGE, "convolved")
    question, given = {**QUESTION, "name": "convolved", "args": [*ASKED, 31]}, {"input.0": torch.ones(1, 1, 300, 300)}

    def ask():
        for _ in range(2000):
            asked.answer(question, given)
    grown(ask)


@pytest.mark.parametrize("name, args, given", [
    ("convolved", [*ASKED, 101], {"input.0": torch.ones(1, 1, 300, 300).double()}), ("filled", [4096], {}),
    ("filled", [300], {}),
    ("stopped", [], {}),
])
def test_memory_is_bounded_there_and_none_is_taken_here(process, name, args, given):
    asked, before = process(LARGE, name), psutil.Process().memory_info().rss
    try:
        answer, _ = asked.answer({**QUESTION, "name": name, "args": args}, given)
        assert answer["raised"]["type"] == "RuntimeError"  # it could not allocate that
    except Refused:
        pass
    assert psutil.Process().memory_info().rss - before < 100 << 20


def test_lists_may_be_long_and_their_modules_are_built_elsewhere(process, monkeypatch):
    monkeypatch.setitem(proxy_process.LIMITS, "RLIMIT_CPU", 2)
    asked = process(LARGE, "Many")
    _, more = grown(lambda: asked.answer({**EXCITATION, "ask": "build", "name": "Many",
                                          "construct": {"args": [200_000], "kwargs": {}}}, {}))
    assert more < 50 << 20


def test_nothing_is_kept_of_a_question(process):
    asked = process(LARGE, "convolved")

    def ask():
        for _ in range(30):
            asked.answer({**QUESTION, "name": "convolved", "padding": "x" * 3_900_000}, {})
    error, more = grown(ask)
    assert "has the keys" in str(error) and more < 50 << 20


def test_questions_are_counted(process):
    asked = process(LARGE, "convolved")
    asked.calls = 2000
    with pytest.raises(Refused, match="question 2001"):
        asked.answer(QUESTION, {"input.0": torch.zeros(1, 2, 3, 3)})


def test_the_process_holds_its_reference_and_no_other(process):
    asked = process(LARGE + """
def seen():
    import os, sys
    names = [name for name in sys.modules if name.startswith(("autograder", "solutions"))]
    try:
        os.listdir("/work")
        names.append("/work")
    except OSError:
        pass
    return names
""", "seen")
    assert asked.answer({**QUESTION, "name": "seen", "args": []}, {})[0]["output"] == []
