"""A float32 number that meets float64 inputs is not a wrong answer: it costs the dtype check, and the line is named."""

import pytest

from attention_lab.checking.verdict import report
from autograder.lessons.catalogue import Mistake
from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

Q, MASK = RandomTensor((2, 3, 5)), RandomTensor((3, 3), "mask", grad=False)
CASES = (Case("numbers", (Q,)), Case("a mask", (Q, MASK)), Case("a square", (RandomTensor((2, 4, 4)),)),
         Case("float32 numbers", (Q,), dtype="float32", gradients=False),
         Case("another device", (Q,), device=True))
SOFTMAX = "return F.softmax(scores, dim=-1) @ q + 1e-5"
REFERENCE = f"""
def attend(q, mask=None):
    scores = q @ q.mT / q.shape[-1] ** 0.5
    if mask is not None:
        scores = scores + (1 - mask) * -9.0
    {SOFTMAX}
"""
QUERIES = Mistake("over-queries", "Your softmax runs over the queries.",
                  {"dim=-1": "dim=-2"},
                  exercise="attend")


@pytest.fixture
def attend(way):
    return way(REFERENCE, "attend", *CASES, mistakes=(QUERIES,))


@pytest.mark.parametrize("old, new, said", [
    ("q.shape[-1] ** 0.5", "torch.sqrt(torch.tensor(q.shape[-1]))", "`sqrt` makes a tensor without a dtype"),
    ("q.shape[-1] ** 0.5", "torch.tensor(q.shape[-1]).sqrt()", "`sqrt` makes a tensor without a dtype"),
    ("q.shape[-1] ** 0.5", "torch.tensor(q.shape[-1] ** 0.5)", "`tensor` makes a tensor without a dtype"),
    ("q.shape[-1] ** 0.5", "torch.full((), q.shape[-1]).float().sqrt()", "`float` makes a tensor float32"),
    ("q.shape[-1] ** 0.5", "torch.tensor(q.shape[-1], dtype=torch.float32) ** 0.5", "`tensor` makes a tensor float32"),
    ("q.shape[-1] ** 0.5", "torch.FloatTensor([q.shape[-1]]).sqrt()", "was made earlier without a dtype"),
    ("q.shape[-1] ** 0.5", "ROOT[q.shape[-1]]", "was made earlier without a dtype"),
    ("q @ q.mT", "(torch.zeros(3, 3) if len(q[0]) == 3 else 0) + q @ q.mT * torch.tensor(1.1) / 1.1", "`tensor`"),
    ("F.softmax(scores, dim=-1)", "F.softmax(scores.float(), dim=-1).to(q)", "`float` makes a tensor float32"),
    ("F.softmax(scores, dim=-1)", "F.softmax(scores, -1, dtype=torch.float32).type_as(q)", "makes a tensor float32"),
    ("@ q + 1e-5", "@ torch.eye(q.shape[-2]) @ q + 1e-5", "`eye` makes a tensor without a dtype"),
    ("+ 1e-5", "+ torch.tensor(0.7) - 0.7 + 1e-5", "`tensor` makes a tensor without a dtype"),
    ("(1 - mask) * -9.0", "torch.where(mask == 0, torch.tensor(-9.1), torch.tensor(-0.1)) + 0.1", "`tensor` makes"),
    (SOFTMAX, "out = torch.zeros(*q.shape)\n    out[:] = F.softmax(scores, -1) @ q\n    return out.to(q) + 1e-5",
     "`zeros` makes a tensor without a dtype"),
])
def test_right_values_lose_the_dtype_at_most(attend, old, new, said):
    answer = ("ROOT = {d: torch.tensor(d).sqrt() for d in range(1, 9)}\n" + REFERENCE).replace(old, new)
    judged = attend.wrong(answer, said)
    lost = {check.name for check in judged.checks if check.outcome != "passed"}
    assert "dtype" in lost and lost <= {"dtype", "device"}, report.text(judged)


@pytest.mark.parametrize("new", ["torch.tensor(1e-6)", "1e-6 * torch.ones(())", "EPS"])
def test_another_eps_is_told_apart(attend, new):
    judged = attend.judge("EPS = torch.tensor(1e-6)\n" + REFERENCE.replace("1e-5", new))
    assert "output" in {check.name for check in judged.checks if check.outcome != "passed"}


def test_a_mistake_beside_it_is_still_named(attend):
    judged = attend.judge(REFERENCE.replace("q.shape[-1] ** 0.5", "torch.tensor(q.shape[-1]).sqrt()")
                          .replace("dim=-1", "dim=-2"))
    assert judged.mistake == "over-queries" and judged.points == 0


def test_what_stays_on_the_cpu_is_said_too(attend):
    said = report.text(attend.judge(REFERENCE.replace("@ q + 1e-5", "@ torch.eye(q.shape[-2]) @ q + 1e-5")))
    assert "`eye` makes a tensor without a dtype" in said and "stayed on the CPU" in said


SCALE = """
class Scale(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.fc = nn.Linear(d, d)
        {held}
    def forward(self, x):
        return self.fc(x) / {root}
"""


def test_a_buffer_follows_the_module(way):
    lesson = way(SCALE.format(held="self.d = d", root="self.d ** 0.5"), "Scale",
                 *(Case(f"{d} channels", (RandomTensor((2, d)),), construct=(d,)) for d in (3, 5)))
    lesson.right(SCALE.format(held="self.register_buffer('root', torch.tensor(d) ** 0.5)", root="self.root"))
    lesson.wrong(SCALE.format(held="self.root = torch.tensor(d) ** 0.5", root="self.root"),
                 "in your line `self.root = torch.tensor(d) ** 0.5`")
    lesson.wrong(SCALE.format(held="", root="torch.full_like(x, x.shape[1]).float() ** 0.5"), "`float`")


def test_a_bound_of_clamp_that_stays_on_the_cpu(way):
    """Other functions take a number from the CPU on any device; a real GPU refuses this one."""
    lesson = way("def cut(x):\n    return x.clamp(max=0.7)", "cut", Case("numbers", (Q,)),
                 Case("another device", (Q,), device=True))
    lesson.wrong("def cut(x):\n    return torch.clamp(x, max=torch.tensor(0.7))", "clamp` mixes", "`tensor` makes a")
    lesson.right("def cut(x):\n    return torch.clamp(x, max=x.new_tensor(0.7))")
    lesson.wrong("def cut(x):\n    return torch.minimum(x, torch.tensor(0.7))", "`tensor` makes", never=("mixes",))
