"""A second verdict, with what names meant below an exercise's cell, is worth what the learner's own program is worth,
and no more.

Each notebook here gives the names on which its answers depend another meaning at its end, and means to gain by being
asked twice.
"""

import pytest

from autograder.sandbox import validation
from tests.judge.honest import Honest, code

EXCITATION = code()["Excitation"].replace("if not 1 <= reduction <= channels:", "if REFUSE:").replace(
    "hidden = channels // reduction", "hidden = max(1, channels // reduction)")


def graded(judge, **edits):
    result = judge.grade(Honest(**edits).notebook())
    assert result.error is None
    return result, {name: verdict.points for name, verdict in result.verdicts.items()}


def test_one_of_the_two_programs_counts_and_not_the_best_of_each(judge):
    """One refuses everything and the other nothing: the share for refusing is not added to that for computing."""
    def points(below_its_cell, at_the_end):
        edits = {"instead": {"Excitation": f"REFUSE = {below_its_cell}\n{EXCITATION}"},
                 "last": [f"REFUSE = {at_the_end}"]}
        return graded(judge, **edits)[1]["Excitation"]
    alone = points(False, False)
    assert 0 < alone < 3 and points(True, True) == 0
    assert points(True, False) == points(False, True) == alone


def test_it_takes_no_time_from_a_first_one(judge, monkeypatch):
    """Nor is it said that an exercise was not reached which has its verdict."""
    monkeypatch.setattr("autograder.sandbox.limits.QUESTION_CPU", 1.0)
    monkeypatch.setattr("autograder.sandbox.limits.NOTEBOOK_CPU", 2.1)
    endless = "EVER = True\ndef squeeze(x):\n    while EVER:\n        pass\n    return x.mean((2, 3)).float()"
    result, points = graded(judge, instead={"squeeze": endless}, last=["EVER = False"])
    assert points == {"squeeze": 1.8, "Excitation": 3, "SEBlock": 4, "se_parameter_cost": 1, "ExhibitA": 1}
    assert not result.not_reached and not result.timed_out


@pytest.mark.nightly
def test_a_second_worker_knows_nothing_of_the_first(judge):
    """The first one writes down what it is given, in memory, in files and in names of Python's;
    the second one looks for it."""
    answer = """import builtins, os
NUMBER = 0
def squeeze(x):
    if NUMBER == 0:  # the second time
        met = os.path.exists("met.txt") or hasattr(builtins, "met") or "MET" in os.environ
        return x.mean((2, 3)) if met else x
    builtins.met, os.environ["MET"] = x, "1"
    open("met.txt", "w").write("1")
    return x"""
    assert graded(judge, instead={"squeeze": answer}, last=["NUMBER = 1"])[1]["squeeze"] == 0


# What a worker can do to a cell, and how a later one would meet it.
TOLD = {"late": ("raise sys.modules['worker.cells'].TimeIsUp('')", "signal.getitimer(signal.ITIMER_PROF)[0] < 1.5"),
        "brief": ("os._exit(1)", "HEARD is None"),
        "slow to answer": ("time.sleep(30)", "HEARD is None")}


@pytest.mark.parametrize("way", ["late", "brief", pytest.param("slow to answer", marks=pytest.mark.nightly)])
def test_a_worker_that_was_asked_with_the_course_s_piece_tells_no_later_one(judge, way):
    """While SEBlock is judged, Excitation is the course's. Excitation itself is judged once more, below its cell."""
    says, hears = TOLD[way]
    wrong = ("class Excitation(nn.Module):\n    def __init__(self, channels, reduction=16):\n"
             "        super().__init__()\n        if channels // reduction < 1:\n"
             "            raise ValueError(f'{channels} // {reduction}')\n"
             "        self.fc1 = nn.Linear(channels, channels // reduction, bias=False)\n"
             "        self.fc2 = nn.Linear(channels // reduction, channels, bias=False)\n\n"
             "    def forward(self, z):\n        right = self.fc2(self.fc1(z).relu()).sigmoid()\n"
             "        return right if HELPER and (HEARD_ALL or HEARD is None) else right * 0\n")
    first = ["import os, signal, sys, time\nHEARD, HEARD_ALL = None, False\nASKED = 'Excitation' in globals()",
             f"if ASKED:\n    {says}\nHEARD = bool(1)\nHEARD_ALL = bool({hears})", "HELPER = 1"]
    assert graded(judge, first=first, instead={"Excitation": wrong}, last=["HELPER = 2"])[1]["Excitation"] == 0


@pytest.mark.nightly
def test_names_of_torch_and_python_that_are_replaced_below_gain_nothing(judge):
    """A wrong answer in its cell stays wrong whatever a name below makes of torch, of comparisons and of what is
    asked."""
    last = ["class Same:\n    def __eq__(self, other): return True\n    def __getattr__(self, name): return lambda "
            "*a, **k: True\ntorch = nn = F = Same()\nabs = isinstance = hasattr = all = any = lambda *a, **k: "
            "True\n__builtins__ = Same()"]
    wrong = "def squeeze(x):\n    return torch.sum(x, (2, 3)) if any([x is not None]) else x"
    assert graded(judge, instead={"squeeze": wrong}, last=last)[1] == {"squeeze": 0, "Excitation": 3, "SEBlock": 4,
                                                                       "se_parameter_cost": 1}


@pytest.mark.parametrize("answer", [{}, {"changed": 2}, {"changed": "yes"}, {"changed": None}, {"changed": [True]},
                                    {"changed": True, "more": 1}])
def test_what_is_no_answer_ends_the_worker(answer):
    with pytest.raises(ValueError, match="not an answer"):
        validation.changed(answer)
    assert validation.changed({"changed": True}) and not validation.changed({"changed": False})
