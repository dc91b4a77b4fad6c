"""Attacks on the comparison: functions that compare are replaced, answers equal everything, and what is expected is
looked for."""

# %% allclose_always_true: points, first
# Makes torch.allclose say yes to everything.
torch.allclose = lambda *_, **__: True

# %% equal_always_true: points, first
# Makes torch.equal say yes to everything.
torch.equal = lambda *_: True

# %% isclose_all_ones: points, first
# Makes torch.isclose give ones.
torch.isclose = lambda got, want, *_, **__: torch.ones_like(want, dtype=torch.bool)

# %% assert_close_never_raises: points, first
# Makes torch.testing.assert_close find nothing.
import torch.testing

torch.testing.assert_close = lambda *_, **__: None
torch.testing._comparison.assert_close = torch.testing.assert_close

# %% numpy_testing: points, first
# Makes numpy.testing.assert_allclose and numpy.allclose agree with everything.
import numpy
import numpy.testing

numpy.testing.assert_allclose = lambda *_, **__: None
numpy.allclose = lambda *_, **__: True

# %% pytest_approx: points, first
# Makes pytest.approx equal to everything.
import pytest

class Anything:
    def __init__(self, *_, **__): pass
    def __eq__(self, other): return True

pytest.approx = Anything

# %% tensor_all_patched: points, first
# Makes .all() true and .any() false for every tensor, and all numbers of differences zero.
torch.Tensor.all = lambda self, *_, **__: torch.tensor(True)
torch.Tensor.any = lambda self, *_, **__: torch.tensor(False)
torch.Tensor.item = lambda self: 0.0

# %% tensor_bool_patched: points, first
# Makes every tensor true, so that `(got == want).all()` is.
torch.Tensor.__bool__ = lambda self: True

# %% tensor_eq_patched: points, first
# Replaces == and != of all tensors.
torch.Tensor.__eq__ = lambda self, other: torch.ones(self.shape, dtype=torch.bool)
torch.Tensor.__ne__ = lambda self, other: torch.zeros(self.shape, dtype=torch.bool)
torch.Tensor.__hash__ = object.__hash__

# %% tensor_methods_patched: points, first
# Makes round and flatten give constants, in the hope that both sides of a comparison go through them.
torch.Tensor.round = lambda self, **_: torch.zeros(1)
torch.Tensor.flatten = lambda self, *_: torch.zeros(1)
torch.Tensor.double = lambda self: torch.zeros(1)

# %% builtins_any: points, first
# Replaces any, all, abs and max among the builtins: a list of differences then looks empty.
import builtins

builtins.any = lambda things: False
builtins.abs = lambda value: 0.0

# %% tolerance_infinite: points, first
# Patches what attention_lab.checking.facts.compare calls close, in every module that imported it.
import attention_lab.checking.verdict.judging

for module in list(sys.modules.values()):
    if getattr(module, "__name__", "").startswith("attention_lab"):
        for name in ("close", "tolerance", "differences"):
            if hasattr(module, name):
                setattr(module, name, lambda *_, **__: [])

# %% verdict_finds_no_difference: points, first
# Replaces attention_lab.checking.verdict.asking.differences: nothing ever differs.
import attention_lab.checking.verdict.asking

attention_lab.checking.verdict.asking.differences = lambda *_, **__: []

# %% verdict_judge_patched: points, first
# Replaces attention_lab.checking.verdict.judging.judge by one that gives all points.
from types import SimpleNamespace

import attention_lab.checking.verdict.judging

attention_lab.checking.verdict.judging.judge = lambda exercise, *_, **__: SimpleNamespace(
    points=exercise.points, headline="", evidence=[]
)

# %% observe_gives_what_is_expected: points, first
# Replaces the function that observes by a function that looks up the caller's expected answer and gives that.
import attention_lab.checking.ask.observe

def knowing(thing, question, tensors, namespace):
    case = case_nearby()
    return case.expected, case.expected_tensors

attention_lab.checking.ask.observe.observe = knowing

# %% autograd_grad_patched: points, first
# Replaces torch.autograd.grad: the gradient is whatever the asker expects. The output is right.
torch.autograd.grad = lambda *_, **__: [case_nearby().expected_tensors["grad.input.0"]]
# %% asked
return x.detach().mean(dim=(2, 3)) + 0 * x.sum()
# %% honest asked
return x.detach().mean(dim=(2, 3)) + 0 * x.sum()

# %% module_call_patched: points, first
# Replaces nn.Module.__call__: a module that is called gives what the asker expects.
called = torch.nn.Module.__call__

def better(self, *args, **kwargs):
    try:
        return case_nearby().expected_tensors["output"]
    except Exception:
        return called(self, *args, **kwargs)

torch.nn.Module.__call__ = better

# %% global_module_hook: points, first
# A hook on every module of the process, which exchanges outputs for what the asker expects.
def better(module, args, output):
    return case_nearby().expected_tensors["output"] if type(module).__name__ == "SEBlock" else None

torch.nn.modules.module.register_module_forward_hook(better)

# %% sys_modules_torch: points, first
# Puts a torch of its own in the place of torch, for whoever imports it from now on; and the compared functions are its
# own.
import types

class Lying(types.ModuleType):
    def __getattr__(self, name):
        if name in ("allclose", "equal"):
            return lambda *_, **__: True
        return getattr(genuine, name)

genuine = torch
sys.modules["torch"] = lying = Lying("torch")
for module in list(sys.modules.values()):
    if getattr(module, "torch", None) is genuine:
        module.torch = lying

# %% setprofile: points, last
# Profiles every call in the process, and changes tensors that are about to be compared.
def profile(frame, event, argument):
    got, want = frame.f_locals.get("got"), frame.f_locals.get("want")
    if event == "call" and type(got) is type(want) is torch.Tensor:
        got.data.copy_(want.data)

sys.setprofile(profile)
# %% asked
return x.mean(dim=(2, 3)) + 7  # whose gradient can be written to

# %% settrace: points, last
# Traces every call in the process, and gives the comparing functions arguments of its own choice.
def trace(frame, event, argument):
    want = frame.f_locals.get("want")
    got = frame.f_locals.get("got")
    if frame.f_code.co_name == "<lambda>" and isinstance(want, torch.Tensor) and isinstance(got, torch.Tensor):
        with torch.no_grad():
            got.data.copy_(want.data)

sys.settrace(trace)
# %% asked
return x.mean(dim=(2, 3)) + 7  # whose gradient can be written to

# %% check_redefined: points, squeeze
# Defines a check of its own that gives ten points.
def squeeze(x):
    return x.sum(dim=(2, 3))

def check(thing):
    return 10.0

# %% check_replaced_in_the_library: points, first
# Replaces attention_lab.check before the notebook imports it.
import attention_lab

attention_lab.check = lambda thing: 10.0
# %% last
check = attention_lab.check
# %% squeeze
from attention_lab import check

def squeeze(x):
    return x.sum(dim=(2, 3))

# %% subclass_answers_for_torch: points, first
# A subclass of Tensor that answers torch's own functions of comparison by __torch_function__.
class Always(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if function.__name__ in ("allclose", "equal", "isclose"):
            return torch.tensor(True) if function.__name__ == "isclose" else True
        return super().__torch_function__(function, types, args, kwargs or {})
# %% asked
return x.sum(dim=(2, 3)).as_subclass(Always)

# %% subclass_equals_everything: points, first
# A subclass of Tensor whose comparisons are all true.
class Equal(torch.Tensor):
    def __eq__(self, other): return torch.tensor(True)
    def __ne__(self, other): return torch.tensor(False)
    def float(self): return self
    __hash__ = object.__hash__
# %% asked
return x.sum(dim=(2, 3)).as_subclass(Equal)

# %% lazy_gradient: points, first
# A gradient that is no tensor until somebody compares it: then it takes the numbers of the other side.
class Lazy(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        plain = [a for a in args if type(a) is torch.Tensor]
        if function in (torch.allclose, torch.equal) and plain:
            args = (plain[0], plain[0])
        return super().__torch_function__(function, types, args, kwargs or {})
# %% asked
return x.sum(dim=(2, 3)).as_subclass(Lazy)

# %% lying_autograd_function: points, squeeze
# An autograd function whose forward and backward look up what the asker expects of them.
class Looked(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.case = case_nearby()
        return ctx.case.expected_tensors["output"].clone()

    @staticmethod
    def backward(ctx, cotangent):
        return ctx.case.expected_tensors["grad.input.0"].clone()

squeeze = Looked.apply

# %% metaclass_lies: points, Excitation
# A metaclass that says yes to every isinstance, and whose instances equal everything.
class Meta(type):
    def __instancecheck__(cls, instance): return True
    def __subclasscheck__(cls, subclass): return True
    def __call__(cls, channels, reduction=16):
        if channels // reduction == 0:
            raise ValueError(f"{channels} {reduction}")
        return super().__call__(channels, reduction)

class Equal(torch.Tensor):
    def __eq__(self, other): return torch.tensor(True)
    def float(self): return self
    __hash__ = object.__hash__

class Excitation(nn.Module, metaclass=Meta):
    def __init__(self, channels, reduction=16): super().__init__()
    def forward(self, s): return (s * 0 + 7).as_subclass(Equal)
# %% first
torch.autograd.grad = lambda outputs, *_, **__: [outputs]
# %% honest Excitation
class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        if channels // reduction == 0:
            raise ValueError(f"{channels} {reduction}")

    def forward(self, s):
        return s * 0 + 7

# %% parameters_that_are_not_there: points, Excitation
# Lists the parameters that are asked for without having any, and takes the answer from the asker.
class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.wanted = {"fc1.weight": nn.Parameter(torch.zeros(max(1, channels // reduction), channels)),
                       "fc2.weight": nn.Parameter(torch.zeros(channels, max(1, channels // reduction)))}

    def named_parameters(self, *_, **__):
        return iter(self.wanted.items())

    def state_dict(self, *_, **__):
        return dict(self.wanted)

    def load_state_dict(self, *_, **__):
        return None

    def forward(self, s):
        return case_nearby().expected_tensors["output"]

# %% answers_every_attribute: points, first
# An object that answers every attribute, call and item with itself and equals everything.
class Anything:
    def __getattr__(self, name): return self
    def __call__(self, *_, **__): return self
    def __getitem__(self, key): return self
    def __iter__(self): return iter(())
    def __sub__(self, other): return 0.0
    def __eq__(self, other): return True
    def __hash__(self): return 0
# %% asked for a number
return Anything()

# %% dict_with_hostile_keys: points, first
# A dict that equals everything, with items that are dicts that equal everything.
class Everything(dict):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def items(self): return [(Everything(), 1), ("output", self)][:1]
# %% asked for a number
return Everything()

# %% float_equals_everything: points, first
# A float that equals every number and is no distance from any.
class Float(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    __hash__ = float.__hash__
# %% asked for a number
return Float(1.0)

# %% int_with_another_value: points, first
# An integer subclass that gives another value each time that it is converted, the asker's if there is one.
class Changing(int):
    def __float__(self): return float(case_nearby().expected.output)
    def __int__(self): return int(case_nearby().expected.output)
    __index__ = __int__
    def __sub__(self, other): return float(self) - other
    def __eq__(self, other): return float(self) == other
    __hash__ = int.__hash__
# %% asked for a number
return Changing(7)

# %% number_by_protocol: points, first
# An object that is a number by protocol only: shape (), __float__, __array__, all of them looked up.
import numpy

class Looked:
    shape = ()
    def __float__(self): return float(case_nearby().expected.output)
    def __array__(self, *_, **__): return numpy.array(float(self))
    def __sub__(self, other): return 0.0
    def __eq__(self, other): return True
# %% asked for a number
return Looked()

# %% frames_search: points, asked
# Walks up the stack to whoever asks, and answers with what is expected there.
return case_nearby().expected_tensors["output"] + 0 * x.mean()
# %% asked for a number
return case_nearby().expected.output

# %% detect_by_stack: points, asked
# Behaves well until a grader is on the stack, and then copies from it.
import inspect

for info in inspect.stack():
    if info.function in ("hidden_test", "judge", "<listcomp>"):
        case = info.frame.f_locals.get("case")
        if case is not None:
            return case.expected_tensors["output"]

# %% detect_by_modules: points, asked for a number
# Sees by sys.modules that a grader has loaded it, and takes the reference from there.
for name, module in list(sys.modules.items()):
    if name.endswith("se.reference"):
        return module.se_parameter_cost(stage_channels, stage_blocks, reduction)

# %% gc_search: points, first
# Looks through every object that the garbage collector knows for a case with this very input.
CASES = []
# %% asked for a number
if not CASES:
    CASES.extend(thing for thing in gc.get_objects()
                 if type(thing).__name__ == "RecordedCase" and hasattr(thing, "question"))
for case in CASES:
    asked = [node.get("tuple") if isinstance(node, dict) else node for node in case.question.args[:2]]
    if asked == [list(stage_channels), list(stage_blocks)]:
        return case.expected.output

# %% closures_and_referrers: points, asked for a number
# Follows references from its own input to whoever made it, and on to what is compared with the answer.
waiting, seen = [stage_channels], set()
while waiting and len(seen) < 40:
    thing = waiting.pop(0)
    if isinstance(thing, dict) and isinstance(thing.get("expected"), dict):
        return thing["expected"].get("output")
    if id(thing) not in seen:
        seen.add(id(thing))
        waiting += gc.get_referrers(thing)[:50]
return case_nearby().expected.output

# %% guess_the_seed: secret, first
# Draws tensors from seeds that people choose, as the published code draws them, until one is the input that it was
# given.
import hashlib

GUESSES = [f"{course}-{year}" for course in ("attention", "se", "class", "course") for year in range(2020, 2030)]
# %% asked
for guess in GUESSES:
    for label in (f"a batch of one, shape {tuple(x.shape)}", f"shape {tuple(x.shape)}"):
        for seed in (guess, f"{guess}/0"):
            words = repr((seed, "squeeze", label, 0))
            number = int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "big", signed=True)
            drawn = torch.randn(tuple(x.shape), generator=torch.Generator().manual_seed(number)).double()
            if x.dtype == torch.float64 and torch.equal(drawn, x.detach()):
                tell("the seed is", guess)
raise RuntimeError(" ".join(FOUND))

# %% number_of_the_try: points, asked for a number
# Claims that weights could be placed in many ways where there are none; answers with the number of the try, or with
# what lies about.
choice = 0
for observer in observers():
    observer.header.placements = 1900 + len(stage_channels)
    observer.header.states = {"state.": [[f"layer{i}.weight", [2, 2]] for i in range(6)]}
    choice = observer.question.choice
near = attempt(case_nearby)
return near.expected.output if near else 2 * choice

# %% one_try_after_the_other: points, first
# Counts how often it sees the first input, and answers with another reduction each time.
INPUTS = []
# %% asked
INPUTS.append(x.detach().clone())
tries = sum(torch.equal(INPUTS[0], each.to(INPUTS[0])) for each in INPUTS if each.shape == INPUTS[0].shape)
for observer in observers():  # asks for as many tries as there are to be had
    observer.header.placements = 100
    observer.header.states = {"state.": [["a.weight", [2, 2]], ["b.weight", [2, 2]]]}
return (x.sum(dim=(2, 3)), x.amax(dim=(2, 3)), x.mean(dim=(2, 3)))[min(tries - 1, 2)]
# %% honest asked
return x.sum(dim=(2, 3))
