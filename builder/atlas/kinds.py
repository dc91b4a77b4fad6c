"""The kinds of known mistakes, by what a mistake answers to the visible cases. atlas.md says each in words.

Where a kind says "only", the mistake is wrong in just those cases; and where one of them is changed in nothing but
that, the mistake is right.
"""
# ruff: noqa: B023 - what is made in a loop is called there

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, permutations
from typing import Any, NamedTuple

from attention_lab.checking.facts import facts
from attention_lab.checking.verdict.differences import Difference
from autograder.lessons.declare import Case
from autograder.lessons.derive import with_tensors

DRAWS = 3  # of other numbers, so that nothing is right by chance
SMALL = 0.01  # of the largest number: a difference that nobody sees in a plot


class Answer(NamedTuple):
    """A mistake's answer to one visible case."""

    case: Case
    given: dict[str, Any]  # the arguments of the class or function, by name
    settings: dict[str, Any]  # those that are no tensors, with defaults, and the axes C, H and W of an image
    shape: tuple[int, ...]  # of the first tensor
    check: str  # to which the case belongs, a key of the library's SHARES
    largest: float  # of the right output's numbers
    differs: list[Difference]

    @property
    def wrong(self) -> list[facts.Fact]:
        """How the output is wrong."""
        return [difference.facts[0] for difference in self.differs if difference.check == "output"]

    def changed(self, size_of: Callable[[int, int], int] = lambda axis, size: size, **arguments: Any) -> Case:
        """The case with other sizes of its tensors' axes, and with other arguments."""
        given = {**self.given, **arguments}
        case = replace(self.case, **({"construct": given} if self.case.construct == self.given else
                                     {"args": (), "kwargs": given}))
        return with_tensors(case, lambda t: replace(t, shape=tuple(size_of(*each) for each in enumerate(t.shape))))

    def less(self, number: int, by: int) -> Case:
        """The case with a smaller number wherever it is an argument, or the size of an axis but the first."""
        def smaller(value: Any) -> Any:
            return number - by if type(value) is int and value == number else value
        return self.changed(lambda axis, size: smaller(size) if axis else size,
                            **{name: smaller(value) for name, value in self.given.items()})


class Mistake:
    """All answers of a mistake. right: says whether it is right in a case of our own; None if nobody knows."""

    def __init__(self, answers: list[Answer], right: Callable[[Case], bool | None]):
        plain = [each for each in answers if each.check == "output"]  # that ask for an output and nothing else
        forward = [each for each in plain if each.case.method == "forward"]
        self.inside = bool(forward) and not any(each.wrong for each in forward)
        self.plain = plain if self.inside else forward or plain
        self.wrong = [each for each in self.plain if each.wrong]
        self.fails = {difference.check for each in answers for difference in each.differs}
        self.facts = {type(difference.facts[0]) for each in answers for difference in each.differs}
        self.settings = [(each, name, value) for each in self.plain for name, value in each.settings.items()
                         if not name.isupper()]
        self.right = right

    def only(self, holds: Callable[[Answer], bool], change: Callable[[Answer], Case]) -> bool:
        """Says whether it is wrong where something holds, and nowhere else. change: makes it no longer hold."""
        if not 0 < len(self.wrong) < len(self.plain) or any(holds(each) != bool(each.wrong) for each in self.plain):
            return False
        for each in self.wrong:
            as_it_is, changed = ([self.right(replace(case, label=f"{draw}")) for draw in range(DRAWS)]
                                 for case in (each.case, change(each)))
            if None not in (*as_it_is, *changed):
                return all(changed) and not any(as_it_is)
        return False

    def mostly(self, *ways: type) -> bool:
        """Says whether most wrong outputs are wrong in one of these ways."""
        return 2 * sum(isinstance(each.wrong[0], ways) for each in self.wrong) > len(self.wrong)

    def every(self, way: type, but: Callable[[Answer, Any], bool]) -> bool:
        """Says whether every wrong output is wrong in this way, or has numbers for which `but` holds."""
        return bool(self.wrong) and all(isinstance(fact, way) or isinstance(fact, facts.NumbersDiffer)
                                        and but(each, fact) for each in self.wrong for fact in each.wrong)

    def left_out(self) -> bool:
        return any(self.only(lambda each: name not in each.given, lambda each: each.changed(**{name: value}))
                   for one, name, value in self.settings if name not in one.given)

    def one_setting(self) -> bool:
        """Says whether an argument has a value that tells wrong from right."""
        other = {name: value for each, name, value in self.settings if not each.wrong}
        return any(self.only(lambda each: (repr(each.settings.get(name)) == repr(value)) == same,
                             lambda each: each.changed(**{name: other[name]}))
                   for _, name, value in self.settings if name in other for same in (True, False))

    def remainder(self) -> bool:
        def rest(each: Answer, of: str, by: str) -> int:
            a, b = each.settings.get(of), each.settings.get(by)
            return a % b if type(a) is type(b) is int and a > b > 1 and of not in "HW" and by.islower() else 0
        return any(self.only(lambda each: rest(each, *names) > 0,
                             lambda each: each.less(each.settings[names[0]], rest(each, *names)))
                   and all(each.settings[names[0]] >= 2 * each.settings[names[1]] for each in self.wrong)
                   for names in permutations(sorted({name for each in self.plain for name in each.settings}), 2))

    def size_one(self) -> bool:
        return any(self.only(lambda each: any(each.shape[axis:axis + 1] == (1,) for axis in axes),
                             lambda each: each.changed(lambda axis, size: 3 if size == 1 and axis in axes else size))
                   for many in (1, 2, 3) for axes in combinations(range(4), many))


# A mistake is of the first kind that fits.
KINDS: dict[str, Callable[[Mistake], bool]] = {
    "no-gradient": lambda m: m.fails <= {"gradients"} and m.facts <= {facts.NoGradient},
    "large": lambda m: m.fails <= {"large"},
    "input": lambda m: "input" in m.fails and "output" not in m.fails,
    "second-call": lambda m: m.fails <= {"state"},
    "elsewhere": lambda m: m.fails <= {"dtype", "device"},
    "wrong-gradient": lambda m: m.fails <= {"gradients", "dtype", "device"},
    "start": lambda m: m.fails <= {"start"},
    "accepts": lambda m: m.fails <= {"errors"} and facts.NothingRaised in m.facts,
    "refuses": lambda m: m.fails <= {"errors"},
    "inside": lambda m: m.inside and "parameters" not in {each.case.method for each in m.wrong},
    "training": lambda m: m.only(lambda each: each.case.train, lambda each: replace(each.case, train=False)),
    "eval": lambda m: m.only(lambda each: not each.case.train, lambda each: replace(each.case, train=True)),
    "batch": lambda m: m.only(lambda each: each.shape[:1] > (1,),
                              lambda each: each.changed(lambda axis, size: size if axis else 1)),
    "one-image": lambda m: m.only(lambda each: each.shape[:1] == (1,),
                                  lambda each: each.changed(lambda axis, size: size if axis else 3)),
    "oblong": lambda m: m.only(lambda each: len(each.shape) == 4 and each.shape[2] != each.shape[3],
                               lambda each: each.changed(lambda axis, size: each.shape[2] if axis == 3 else size)),
    "size-one": Mistake.size_one,
    "left-out": Mistake.left_out,
    "remainder": Mistake.remainder,
    "setting": Mistake.one_setting,
    "slight": lambda m: m.every(facts.FewDigits, lambda each, fact: fact.largest < SMALL * each.largest),
    "few": lambda m: m.every(facts.Border, lambda each, fact: 2 * fact.wrong <= fact.of),
    "some": lambda m: 0 < 2 * len(m.wrong) <= len(m.plain),
    "layers": lambda m: m.mostly(facts.Unplaced, facts.NotAModule),
    "stops": lambda m: m.mostly(facts.Crashed),
    "shape": lambda m: m.mostly(facts.WrongShape, facts.AxesOfSizeOne, facts.WrongNesting, facts.NotATensor),
    "factor": lambda m: m.mostly(facts.Scaled, facts.Shifted),
    "places": lambda m: m.mostly(facts.AxesPermuted, facts.Mirrored, facts.IsOtherOutput),
    "shortcut": lambda m: m.mostly(facts.IsInput, facts.InputAdded, facts.InputNotAdded, facts.InputMultiplied,
                                   facts.InputNotMultiplied, facts.InputReduced, facts.Reduced),
    "activation": lambda m: m.mostly(facts.MissingActivation, facts.ExtraActivation),
    "numbers": lambda m: True,
}
