"""The device pass: what must follow `.to(device)`, and what is right although it looks at numbers or indexes from
the CPU."""

import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from attention_lab.checking.ask import device
from attention_lab.checking.ask.observe import observe
from attention_lab.checking.form.protocol import Located, Mixed
from attention_lab.checking.known import recorded
from attention_lab.checking.verdict import differences, judging, report
from attention_lab.notebook.check import asker
from autograder import recording
from autograder.lessons.catalogue import Mistake
from autograder.lessons.declare import Affine, Case, Earlier, RandomTensor
from solutions.catnet import reference as catnet
from solutions.grl import reference as grl
from solutions.pyramid_split import reference as pyramid_split

SHAPE = (2, 4, 5, 6)
MAP = (Case("a map of 5 x 6", (RandomTensor(SHAPE),)),
       Case("another device, a map of 5 x 6", (RandomTensor(SHAPE),), device=True))
FUNCTION = Case("another device", (RandomTensor(SHAPE),), device=True)

PIECE = """
class Piece(nn.Module):
    def __init__(self):
        super().__init__()
        {init}

    def forward(self, x):
        {forward}
"""


def piece(init="pass", forward="return x"):
    lines = [line.replace("; ", "\n        ") for line in (init or "pass", forward)]
    return PIECE.format(init=lines[0], forward=lines[1])


def check_of(judged, name="device"):
    return next(check for check in judged.checks if check.name == name)


HONEST = {
    "batch norm": ("self.a = nn.BatchNorm2d(4)", "return self.a(x)"),
    "layer norm": ("self.a = nn.LayerNorm(6)", "return self.a(x)"),
    "group and instance norm": ("self.a, self.b = nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True)",
                                "return self.b(self.a(x))"),
    "softmax": ("", "t = x.flatten(2); return (t.mT @ t).softmax(-1)"),
    "einsum": ("self.w = nn.Parameter(torch.ones(4, 3))", "return torch.einsum('bchw,cd->bdhw', x, self.w)"),
    "roll and flip": ("", "return torch.roll(x, (1, 2), (2, 3)).flip(1)"),
    "interpolate": ("", "y = F.interpolate(x, size=(7, 9), mode='bicubic'); return y, F.interpolate(x, "
                        "scale_factor=0.5, mode='area')"),
    "pools": ("self.a, self.b = nn.AdaptiveAvgPool2d(1), nn.AdaptiveAvgPool2d((None, 1))",
              "return self.a(x) * F.max_pool2d(x, 2), self.b(x)"),
    "unfold and fold": ("self.u = nn.Unfold(3, padding=1)",
                        "return F.fold(self.u(x), (5, 6), 3, padding=1) + x.unfold(2, 1, 1)[..., 0]"),
    "grouped convolutions": ("self.a, self.b = nn.Conv2d(4, 8, 3, padding=1, groups=4), nn.Conv2d(8, 4, 1, groups=2)",
                             "return self.b(F.gelu(self.a(x)))"),
    "other convolutions": ("self.a, self.b = nn.ConvTranspose2d(4, 4, 2, stride=2), nn.Conv2d(4, 2, 3, dilation=2, "
                           "bias=False)",
                           "return self.b(F.pad(self.a(x), (1, 1, 1, 1), mode='reflect'))"),
    "1-D convolution": ("self.c = nn.Conv1d(1, 1, 3, padding=1)",
                        "return x * self.c(x.mean((2, 3))[:, None])[:, 0, :, None, None].sigmoid()"),
    "multi-head attention": ("self.m = nn.MultiheadAttention(4, 2, batch_first=True)",
                             "t = x.flatten(2).mT; return self.m(t, t, t)"),
    "fused attention": ("", "t = x.flatten(2).mT; return F.scaled_dot_product_attention(t, t, t)"),
    "recurrent": ("self.m = nn.LSTM(4, 3, batch_first=True)", "return self.m(x.flatten(2).mT)[0]"),
    "a buffer": ("self.register_buffer('steps', torch.arange(6.))", "return x + self.steps"),
    "plain numbers": ("self.scale = 6 ** -0.5", "return x * self.scale * math.sqrt(2)"),
    "a tensor without axes": ("self.scale = torch.tensor(0.5)",
                              "return x * self.scale / torch.sqrt(torch.tensor(x.shape[-1]))"),
    "tensors made on the input's device": ("", "y = x + torch.zeros(6, device=x.device) + x.new_ones(6); "
                                                 "return y + torch.arange(5, device=x.device)[:, None]"),
    "tensors of numbers": ("", "y = x + torch.tensor([1.0] * 6, device=x.device) * x.new_tensor(2); "
                               "i = torch.as_tensor([3, 0], device=x.device); "
                               "return y[..., i] + torch.asarray(0.5, dtype=x.dtype, device=x.device)"),
    "moved when used": ("self.w = torch.ones(6)", "return x * self.w.to(x) + torch.ones(6).type_as(x)"),
    "indices on the CPU": ("", "i = torch.tensor([2, 0, 1]); "
                               "rows, columns = torch.tril_indices(5, 6); return x[:, i], x[:, :, rows, columns]"),
    "assigned at indices on the CPU": ("", "y = x.clone(); y[:, torch.tensor([0, 2])] = 0.0; y[:, :, torch.arange(3)] "
                                           "*= 2; return y"),
    "lists as indices": ("", "y = x[:, [2, 0, 1]]; y[..., [0, 2]] = x[:, :3, :, [2, 0]]; return y, x[[1, 0]], "
                             "x[[True, False]]"),
    "a table and its index": ("self.table = nn.Parameter(torch.ones(9, 2)); self.register_buffer('index', "
                              "torch.arange(4))",
                              "return self.table[self.index].sum() + x"),
    "filled row by row": ("", "y = torch.zeros_like(x); y[:, :2] = x[:, 2:]; y[:, 2:] = x[:, :2] * "
                              "torch.tensor(2.0); return y"),
    "masked": ("",
               "mask = torch.ones(5, 6, device=x.device).tril() == 0; return x.masked_fill(mask, -1e9).softmax(-1)"),
    "sorted": ("", "values, i = x.flatten(2).topk(3); return x.flatten(2).gather(2, i) + values"),
    "windows": ("", "y = F.pad(x, (0, 0, 0, 1)); return y.reshape(2, 4, 3, 2, 3, 2).permute(0, 2, 4, 3, 5, "
                    "1).reshape(-1, 4, 4)"),
    "lists of layers": ("self.l = nn.ModuleList(nn.Conv2d(4, 4, k, padding=k // 2) for k in (1, 3))",
                        "return sum(layer(x) for layer in self.l)"),
    "a list of registered parameters": ("self.w = nn.Parameter(torch.ones(6)); self.all = [self.w]",
                                        "return x * self.all[0]"),
    "tied weights": ("self.a = nn.Linear(6, 6); self.b = nn.Linear(6, 6, bias=False); self.b.weight = self.a.weight",
                     "return self.b(self.a(x))"),
    "scripted": ("self.a = torch.jit.script(nn.Linear(6, 6))", "return self.a(x)"),
    "checkpoint": ("from torch.utils.checkpoint import checkpoint; self.call, self.a = checkpoint, nn.Linear(6, 6)",
                   "return self.call(self.a, x, use_reentrant=False)"),
    "vmap": ("self.a = nn.Linear(6, 6)", "return torch.vmap(self.a)(x)"),
    "compiled": ("self.a = nn.Linear(6, 6); self.run = torch.compile(lambda x: torch.relu(x) + 1, backend='eager')",
                 "return torch.compiler.disable(self.a)(x) + self.run(x)"),
    "weight norm": ("self.a = nn.utils.parametrizations.weight_norm(nn.Linear(6, 6))", "return self.a(x)"),
    "fft": ("", "return torch.fft.irfft2(torch.fft.rfft2(x), s=x.shape[-2:])"),
    "grid": ("", "eye = torch.eye(2, 3, device=x.device, dtype=x.dtype).expand(2, 2, 3); "
                 "return F.grid_sample(x, F.affine_grid(eye, x.shape, align_corners=False), align_corners=False)"),
}


@pytest.mark.filterwarnings("ignore:.torch.jit.script:DeprecationWarning")
@pytest.mark.parametrize("name", HONEST)
@pytest.mark.parametrize("train", [False, True], ids=["eval", "train"])
def test_a_module_that_follows(way, name, train):
    source = piece(*HONEST[name])
    cases = [replace(case, train=train) for case in MAP]
    judged = way(source, "Piece", *cases).right(source)
    assert "is ready for a GPU" in judged.headline and "on the input that we tried" in judged.headline


REFERENCES = [
    (pyramid_split, "SEWeight", Case("", (RandomTensor((2, 8, 3, 4)),), construct=(8, 4))),
    (catnet, "masked_average_pool", Case("",
                                         (RandomTensor((2, 4, 6, 6)),
                                          RandomTensor((2, 12, 12), kind="mask", grad=False)))),
    (catnet, "prior_mask", Case("", (RandomTensor((2, 4, 6, 6)), RandomTensor((2, 4, 6, 6)),
                                     RandomTensor((2, 12, 12), kind="mask", grad=False)))),
    (catnet, "CMAT",
     Case("", (RandomTensor((2, 8, 3, 4)), RandomTensor((2, 8, 3, 4)),
               RandomTensor((2, 1, 3, 4), kind="mask", grad=False),
                               RandomTensor((2, 1, 3, 4), kind="mask", grad=False)), construct=(8, 4))),
    (catnet, "iterative_refinement", Case("",
                                          ([Earlier("CMAT", (8, 4))], RandomTensor((2, 8, 4, 5)),
                                           RandomTensor((2, 8, 4, 5)),
                                              RandomTensor((2, 8, 7), kind="mask", grad=False)))),
    (grl, "window_partition", Case("", (RandomTensor((2, 4, 6, 3)), (2, 3)))),
    (grl, "cosine_attention",
     Case("", (RandomTensor((2, 2, 4, 3)), RandomTensor((2, 2, 5, 3)), RandomTensor((2, 2, 5, 3)),
                                        Affine(3.0, RandomTensor((2, 1, 1)))))),
    (grl, "WindowAttention", Case("", (RandomTensor((2, 32, 12)), (8, 4)),
                                  construct={"num_heads": 2, "window_size": (4, 2), "shift": True})),
    (grl, "AnchoredStripeAttention", Case("", (RandomTensor((2, 32, 12)), RandomTensor((2, 4, 2, 4)), (8, 4)),
                                          construct={"num_heads": 2, "stripe_size": (4, 2), "down_factor": 2,
                                                     "shift": True})),
]


@pytest.mark.parametrize("where", ["meta", *(["cuda"] if torch.cuda.is_available() else [])])
@pytest.mark.parametrize(("reference", "name", "case"), REFERENCES, ids=[name for _, name, _ in REFERENCES])
def test_the_references_follow(reference, name, case, where):
    """What the far ends of the course are built from can be asked on another device, arguments that are modules or
    callables too."""
    case = Case("another device", case.args, construct=case.construct, device=True)
    made = recording.record_case(name, case, vars(reference), device=where)
    assert made.question.device == where and any(name.startswith("output") for name in made.expected_tensors)
    assert all(differences.is_on(there.device, where) for there in made.expected.devices.values())
    assert {n.split(".")[0] for n in made.expected.devices} == {"output", "grad"}
    header, _ = observe(vars(reference)[name], made.question, made.tensors, vars(reference))
    assert header.mixed is None and header.raised is None


@pytest.mark.parametrize("init, forward, operation", [
    ("self.scale = torch.full((6,), 2.0)", "return x * self.scale",
     "`aten.mul` mixes a tensor on another device with one that stayed on the CPU, shape (6,): register that one as a "
     "buffer, or make it with `device=x.device`."),
    ("self.w = [torch.eye(6).double()]", "return 2 * x @ self.w[0]", "stayed on the CPU, shape (6, 6)"),
    ("", "return 2 * x + torch.zeros(6)", "`aten.add` mixes"),
    ("", "return 2 * x + torch.arange(6) * 0", "in your line: return 2 * x + torch.arange(6) * 0"),
    ("", "return F.conv2d(x, 2 * torch.eye(4).double()[:, :, None, None])", "`aten.convolution` mixes"),
    ("", "return torch.cat([x, torch.zeros(2, 1, 5, 6)], 1)[:, :4] * 2", "`aten.cat` mixes"),
    ("", "return x * torch.tensor([2.0])", "shape (1,)"),
    ("", "y = torch.zeros(x.shape, dtype=x.dtype); y[:] = 2 * x; return y", "`aten.copy_` mixes"),
    ("", "y = torch.zeros(x.shape, dtype=x.dtype); y += 2 * x; return y", "`aten.add_` mixes"),
    ("", "return x.masked_fill(torch.zeros(5, 6).bool(), 0.0) * 2", "`aten.masked_fill` mixes"),
    ("", "return torch.where(torch.ones(5, 6) > 0, 2 * x, x)", "`aten.where` mixes"),
    ("", "return x.index_select(1, torch.arange(4)) * 2", "`aten.index_select` mixes"),
    ("", "y = x.clone(); y[:, torch.arange(4)] = torch.full((5, 6), 2.0).double() * 0 + 1; return y * 0 + 2 * x",
     "mixes"),
    ("", "t = torch.full((5,), 2.0).double(); return x * t[torch.zeros(6, device=x.device).long()]",
     "`aten.index` mixes"),
    ("", "total = torch.zeros((), dtype=x.dtype); total += x.sum(); return 2 * x + total * 0", "`aten.add_` mixes"),
])
def test_what_stays_behind_is_told(way, init, forward, operation):
    lesson = way(piece(forward="return 2 * x"), "Piece", *MAP)
    judged = lesson.wrong(piece(init, forward), operation, "another device, a map of 5 x 6", never=("meta",))
    assert check_of(judged).outcome == "failed" and check_of(judged, "output").outcome == "passed"
    assert judged.points == pytest.approx(10 * 9 / 10, abs=0.05)
    assert "Wrong on 1 of 2 cases" in judged.cases and report.text(judged).count("in your line: ") == 1


def test_an_output_that_was_made_on_the_cpu(way):
    lesson = way("def steps(x):\n    return torch.arange(len(x), device=x.device), 2 * x", "steps",
                 Case("two", (RandomTensor((2, 3)),)),
                 Case("another device, two", (RandomTensor((2, 3)),), device=True))
    lesson.right("def steps(x):\n    return torch.arange(len(x)).to(x.device), x + x")
    lesson.wrong("def steps(x):\n    return torch.arange(len(x)), x + x",
                 "Output[0]: it is on the CPU, but its input is on another device: make new tensors with "
                 "`device=x.device`", never=("meta",))


# Right on any device that has numbers, and so on the one that stands in for it.
NEEDS_NUMBERS = [
    "s = x.sum().item(); return 2 * x + 0 * s", "s = x.sum().tolist(); return 2 * x + 0 * s",
    "return 2 * x + 0 * x.tolist()[0][0][0][0]", "s = int(x.sum()); return 2 * x + 0 * s",
    "s = float(x.sum()); return 2 * x + 0 * s", "s = bool(x.sum()); return 2 * x + 0 * s",
    "if x.any(): x = x + 0; return 2 * x", "assert (x == x).all(); return 2 * x",
    "s = max(x.sum(), x.mean()); return 2 * x + 0 * s", "s = f'{x.sum():.3f}'; return 2 * x",
    "s = f'{x.sum().item():.3f}'; return 2 * x", "for _ in range((x > 100).sum()): x = x + 1; return 2 * x",
    "i = x.argmax(); s = x.flatten()[i]; return 2 * x + 0 * s", "y = x * 1; y[x > 0] = y[x > 0] * 1; return 2 * y",
    "y = x[x > 0]; return 2 * x + 0 * y.sum()", "i = (x > 0).nonzero(); return 2 * x + 0 * len(i)",
    "i = torch.argwhere(x > 0); return 2 * x + 0 * len(i)", "i = torch.where(x > 0); return 2 * x + 0 * len(i[0])",
    "y = x.masked_select(x > 0); return 2 * x + 0 * y.sum()", "y = x.detach().unique(); return 2 * x + 0 * y.sum()",
    "n = torch.bincount(x.argmax(1).flatten()); return 2 * x + 0 * n.sum()",
    "y = x.repeat_interleave((x[0, :, 0, 0] > 0).long(), 1); return 2 * x + 0 * y.sum()",
    "same = torch.equal(x, x); return 2 * x", "same = torch.allclose(x, x); return 2 * x",
    "y = F.one_hot(x.argmax(1)); return 2 * x + 0 * y.sum()", "y = torch.tensor([x.sum(), x.mean()]); return 2 * x",
    "y = math.sqrt(x.sum() ** 2); return 2 * x + 0 * y",
]


@pytest.mark.parametrize("forward", NEEDS_NUMBERS)
def test_what_needs_numbers_finds_them(way, forward):
    way(piece(forward="return 2 * x"), "Piece",
        *MAP).right(piece(forward=forward.replace(": x = x", ":\n            x = x")))


@pytest.mark.parametrize("elsewhere", [
    "return torch.empty_like(x)", "return torch.zeros_like(x)", "return x.clone()", "return x.new_empty(x.shape)",
    "return x.expand(x.shape)", "return x * torch.ones_like(x)",
    "return torch.empty(x.shape, dtype=x.dtype, device='meta')",
    "raise RuntimeError('Tensor.item() cannot be called on meta tensors')",
    "raise NotImplementedError('Cannot copy out of meta tensor' + chr(59) + ' no data!')",
    "return x * torch.tensor(0.0, device='meta').item()",
])
@pytest.mark.parametrize("asked", ["x.is_meta", "x.device.type != 'cpu'",
                                   "not hasattr(x, 'numpy') or x.device != torch.zeros(1).device"])
def test_whoever_asks_where_a_tensor_is_still_owes_its_numbers(way, asked, elsewhere):
    lesson = way(piece(forward="return 2 * x"), "Piece", *MAP)
    judged = lesson.wrong(piece("self.w = torch.full((6,), 2.0)",
                                f"if {asked}:\n            {elsewhere}; return x * self.w"))
    assert check_of(judged).outcome != "passed" and check_of(judged, "output").outcome == "passed"


@pytest.mark.parametrize("forward", [
    "y = x.detach().cpu().numpy(); return 2 * x + 0 * float(y.sum())", "print(x.cpu().mean()); return 2 * x",
    "return (2 * x.cpu()).to(x.device)",  # slow, but right
    "assert x.cpu().abs().sum() > 0; return 2 * x",
])
def test_bringing_a_tensor_to_the_cpu_and_back_is_allowed(way, forward):
    way(piece(forward="return 2 * x"), "Piece", *MAP).right(piece(forward=forward))


@pytest.mark.parametrize("forward, telling", [
    ("return 2 * x.cpu()", "it is on the CPU"), ("return x + x.to('cpu')", "`aten.add` mixes"),
    ("y = x.detach().numpy(); return 2 * x + 0 * float(y.sum())", "numpy"),
])
def test_what_stays_on_the_cpu_is_told(way, forward, telling):
    way(piece(forward="return 2 * x"), "Piece", *MAP).wrong(piece(forward=forward), telling)


@pytest.mark.parametrize("forward, telling", [
    ("if x.device.type != 'cpu': raise RuntimeError('only for the CPU'); return 2 * x",
     "RuntimeError when it was called: only for the CPU"),
    ("if x.device != torch.device('cpu'): return None; return 2 * x", "Output: it is not a tensor"),
    ("if x.device.type != 'cpu': x = x[:, :2]; return 2 * x",
     "on another device, expected shape (2, 4, 5, 6), got (2, 2, 5, 6)"),
    ("if x.device.type != 'cpu': x = x.detach(); return 2 * x", "Gradient of `x`: no gradient arrives"),
    ("if x.device.type != 'cpu': return 2 * x.float(); return 2 * x",
     "on another device its dtype is float32, expected float64"),
    ("if x.device.type != 'cpu': raise NotImplementedError; return 2 * x", "NotImplementedError when it was called"),
])
def test_other_failures_on_another_device_are_failures(way, forward, telling):
    lesson = way(piece(forward="return 2 * x"), "Piece", *MAP)
    first, _, rest = forward.partition("; ")
    condition, _, body = first.partition(": ")
    judged = lesson.wrong(piece(forward=f"{condition}:\n            {body}; {rest}"), telling)
    assert judged.started and check_of(judged).outcome != "passed"
    assert (check_of(judged).outcome == "error") == ("when it was called" in telling)


def test_a_wrong_output_is_not_compared_elsewhere(way):
    lesson = way(piece(forward="return 2 * x"), "Piece", *MAP)
    for forward in ("return 3 * x", "return 2 * x.mean((2, 3))", "return 2 * x + torch.ones(6)", "return 2 * y"):
        judged = lesson.wrong(piece(forward=forward), never=("Right with", "another device"))
        assert check_of(judged).message == "not compared: the output is not right" and judged.points == 0
        assert "Wrong on 1 of 1 cases" in judged.cases


@pytest.mark.parametrize("forward, lost", [("return 2 * x.detach()", "gradients"), ("return (2 * x).float()", "dtype")])
def test_one_fault_is_lost_once(way, forward, lost):
    lesson = way(piece(forward="return 2 * x"), "Piece", *MAP, Case("another map", (RandomTensor((1, 2, 3, 4)),)))
    judged = lesson.wrong(piece(forward=forward))
    assert [check.name for check in judged.checks if check.outcome != "passed"] == [lost]


def test_renamed_and_doubtful_weights_are_placed_as_without_it(way):
    """Equal layers under other names: the search goes on among the cases on the CPU."""
    source = piece("self.a, self.b = nn.Linear(6, 6), nn.Linear(6, 6)", "return self.b(torch.relu(self.a(x)))")
    lesson = way(source, "Piece", *MAP, Case("another map", (RandomTensor((1, 2, 3, 6)),)))
    lesson.right(piece("self.last, self.first = nn.Linear(6, 6), nn.Linear(6, 6)",
                       "return self.last(torch.relu(self.first(x)))"))
    lesson.right(piece("self.w = nn.Parameter(torch.ones(6, 6)); self.b = nn.Linear(6, 6); self.bias = "
                       "nn.Parameter(torch.ones(6))",
                       "return self.b(torch.relu(x @ self.w + self.bias))"))


def test_a_mistake_that_only_another_device_shows_is_named(way):
    source = piece("self.register_buffer('steps', torch.arange(6.), persistent=False)", "return x + self.steps")
    plain = Mistake("plain-table", "The table is a plain attribute.",
                    {"self.register_buffer('steps', torch.arange(6.), persistent=False)":
                         "self.steps = torch.arange(6.)"},
                    exercise="Piece")
    minus = Mistake("minus", "The table is subtracted.", {"x + self": "x - self"}, exercise="Piece")
    lesson = way(source, "Piece", *MAP, mistakes=(plain, minus))
    assert lesson.wrong(piece("self.t = torch.arange(6.)", "return x + self.t")).mistake == "plain-table"
    assert lesson.wrong(piece("self.t = torch.arange(6.)", "return x - self.t.to(x.device)")).mistake == "minus"
    assert lesson.wrong(piece("self.t = torch.arange(6.)", "return x - self.t")).mistake == "minus"
    assert lesson.wrong(piece("self.t = torch.arange(6.)", "x.sum().item(); return x - self.t")).mistake == "minus"


def test_what_the_recording_refuses(tmp_path, way):
    with pytest.raises(ValueError, match="the reference mixes devices: .*aten.add"):
        way(piece(forward="return x + torch.ones(6)"), "Piece", *MAP)
    with pytest.raises(ValueError, match="the reference raised"):
        way(piece(forward="return x * x.detach().numpy().sum()"), "Piece", *MAP)
    with pytest.raises(ValueError, match="the first case places the weights"):
        way(piece(forward="return 2 * x"), "Piece", *MAP[::-1])


def test_the_recording_holds_the_numbers_of_its_outputs(way):
    lesson = way(piece(forward="return 2 * x"), "Piece", *MAP)
    case = recorded.load(lesson.path, lesson.name).cases[1]
    assert case.question.device == "meta" and set(case.expected_tensors) == {"output"}
    assert case.expected.devices == {name: Located("meta", list(SHAPE), "float64")
                                     for name in ("output", "grad.input.0")}


FRESH = """
import sys, torch
from attention_lab.checking.ask.device import Mixed
from attention_lab.checking.ask.probes.memory import LargestTensor

assert "torch._dynamo" not in sys.modules, "imported with the library"
with LargestTensor(), Mixed(torch.device("meta"), {}):
    x = torch.ones(3, device="meta", requires_grad=True)
    (2 * x + x).clamp(min=0).sum().backward()
assert "torch._dynamo" not in sys.modules, "imported at an operation"
assert torch.compile(lambda t: t.relu() + 1, backend="eager")(torch.zeros(3)).sum() == 3
"""


def test_the_compiler_is_not_imported_and_works_afterwards():
    """torch imports its compiler (a second) for a mode of dispatch and for many operations on `meta`; a learner who
    uses it finds the real one. In a process of its own: what has once been imported stays in this one."""
    done = subprocess.run([sys.executable, "-c", FRESH], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_no_tensor_is_compared_with_a_device(monkeypatch):
    """`tensor == torch.device(...)` is an error that torch turns into False.
    It takes longer than everything else about an operation."""
    def refused(*_):
        raise AssertionError("a tensor was compared")
    monkeypatch.setattr(torch.Tensor, "__eq__", refused)
    with device.Mixed(torch.device("meta"), {}) as mixed:
        y = 2 * torch.ones(3, device="meta").clamp(min=0)
    assert mixed.numbers.of(y).tolist() == [2, 2, 2]


@pytest.mark.parametrize("found, asked, right",
                         [("cuda:0", "cuda", True), ("cuda:0", "cuda:0", True), ("cuda:1", "cuda:0", False),
                                                 ("cpu", "cuda", False), ("meta", "meta", True),
                                                 ("cuda:0", "meta", False)])
def test_device_indices(found, asked, right):
    assert differences.is_on(found, asked) is right


def _located(tensor, where):
    return Located(where, list(tensor.shape), str(tensor.dtype).removeprefix("torch."))


class OnGpu:
    """Answers as a GPU would have answered: the CPU's numbers, and a device beside each."""

    def __init__(self, exercise, ask, where="cuda:0", mixed=None):
        self.exercise, self.ask, self.where, self.mixed = exercise, ask, where, mixed

    def __call__(self, question, tensors):
        header, out = self.ask(replace(question, device="cpu"), tensors)
        if question.device == "cuda":
            header.devices = {n: _located(t, self.where) for n, t in out.items()}
            header.mixed = self.mixed
        return header, out


def on_gpu(lesson, answer, **more):
    """The verdict on `answer` where its device case is asked on a GPU."""
    names = lesson.namespace(answer)
    exercise = recorded.load(lesson.path, lesson.name)
    cpu, there = exercise.cases[0], exercise.cases[1]
    there.question.device = "cuda"
    header, out = asker(lesson.namespace("")[lesson.name],
                        lesson.namespace(""))(replace(there.question, device="cpu"), there.tensors)
    there.expected, there.expected_tensors = replace(header,
                                                     devices={n: _located(t, "cpu") for n, t in out.items()}), out
    assert cpu.question.device == "cpu"
    return judging.judge(exercise, OnGpu(exercise, asker(names[lesson.name], names), **more))


def test_on_a_gpu_values_are_compared(way):
    lesson = way(piece(forward="return 2 * x"), "Piece", *MAP)
    right, wrong = piece(forward="return x + x"), piece(forward="return 2 * x if x[0, 0, 0, 0] != self.first "
                                                                "else 3 * x")
    assert on_gpu(lesson, right).points == 10.0
    there = recorded.load(lesson.path, lesson.name).cases[1].tensors["input.0"][0, 0, 0, 0].item()
    judged = on_gpu(lesson, wrong.replace("pass", f"self.first = {there!r}"))
    assert "it is 1.5 times the expected one everywhere" in judged.headline and check_of(judged).outcome == "failed"
    assert check_of(judged, "output").outcome == check_of(judged, "gradients").outcome == "passed"
    assert "it is on the CPU, but its input is on the GPU" in on_gpu(lesson, right, where="cpu").headline
    mixed = Mixed("aten.mul", [[6]], None)
    assert (
        "`aten.mul` mixes a tensor on the GPU with one that stayed on the CPU, shape (6,)" in on_gpu(
            lesson, right, mixed=mixed
        ).headline
    )
