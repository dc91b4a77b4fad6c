"""The evidence on a wrong answer: what every case was asked and answered, and what may be asked once more."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial

from torch import Tensor

from ..form import values
from ..form.protocol import Answer, Question
from ..known.recorded import RecordedExercise
from .asking import Ask, Asked, View
from .differences import Difference, differences
from .leading import candidates, contradicted, leading_case
from .missing_gradients import with_reason

TRACED = 3  # how many further failing cases are asked what their sub-modules receive and give


class Evidence:
    """Everything that an explainer may look at. Points depend on none of it.

    exercise, answers, found: the questions as they were asked, perhaps widened; for each case the answer, and what is
        wrong with it.
    """

    def __init__(self, asked: Asked, ask: Ask):
        self.asked, self._ask = asked, ask
        self.exercise: RecordedExercise = asked.view.exercise
        self.answers: list[Answer] = asked.view.answers
        self.found: list[list[Difference]] = asked.view.found
        self._traced: dict[int, Answer] = {}
        self._details: dict[int, list[Difference]] = {}

    @property
    def views(self) -> list[View]:
        """The same cases before they were widened and after. Known mistakes are looked for in each."""
        return [view for view in (self.asked.first, self.asked.view) if view]

    def other_views(self) -> list[View]:
        """Asks all cases with the other placements of the weights that come as close."""
        return [view for way in self.asked.others if any((view := self._view(way)).found)]

    def _view(self, way: list[int]) -> View:
        answers = [self._ask(replace(case.question, choice=choice, trace=False), case.tensors)
                   for case, choice in zip(self.exercise.cases, way)]
        return View(self.exercise, answers, [differences(case, answer, self.exercise.scale)
                                             for case, answer in zip(self.exercise.cases, answers)])

    @cached_property
    def stopped(self) -> set[int]:
        return self.asked.view.stopped

    @cached_property
    def leading(self) -> int:
        """The failing case that says most."""
        return leading_case(self.exercise, self.found)

    @cached_property
    def alike(self) -> list[int]:
        """The other failing cases of the leading one's kind: outputs if an output is wrong, else gradients, and so on.
        """
        apart = self.exercise.apart
        return [i for i in candidates(self.found) if i != self.leading and i not in apart]

    def again(self, i: int, question: Question, other: dict[str, Tensor] | None = None) -> Answer:
        """Puts a question about a case once more. other: tensors that take the place of the case's own."""
        case = self.exercise.cases[i]
        return self._ask(replace(question, choice=self.asked.choices[i]),
                         {**case.tensors, **other} if other else case.tensors)

    def trace(self, i: int) -> Answer:
        """Returns the answer to a case, with what the sub-modules receive and give."""
        if i not in self._traced:
            self._traced[i] = self.again(i, self.exercise.cases[i].question)
        return self._traced[i]

    @cached_property
    def sample(self) -> list[int]:
        """A few cases of `alike`, in which something may be looked for that the leading case shows. Those in the other
        mode come first."""
        mode = self.exercise.cases[self.leading].question.train
        tracing = [i for i in self.alike if self.exercise.cases[i].question.trace and i not in self.stopped]
        return sorted(tracing, key=lambda i: self.exercise.cases[i].question.train == mode)[:TRACED]

    def wrong_output(self, i: int) -> bool:
        return any(d.check == self.exercise.cases[i].check and d.where.startswith("output") for d in self.found[i])

    def picture(self, i: int) -> tuple[Tensor, Tensor] | None:
        """Returns the first output and the one that is expected, if there are two that can be compared."""
        case, (_, tensors) = self.exercise.cases[i], self.answers[i]
        for _, leaf in values.leaves(case.expected.output):
            if isinstance(leaf, dict) and "tensor" in leaf and leaf["tensor"] in tensors:
                return tensors[leaf["tensor"]], case.expected_tensors[leaf["tensor"]]
        return None

    def details(self, i: int) -> list[Difference]:
        """Returns what is wrong in a case, with what a second look adds, and without claims that another case
        contradicts."""
        if i not in self._details:
            case = self.exercise.cases[i]
            retry = replace(case.question, gradients=False, trace=False)
            trace = partial(self.again, i, replace(retry, trace=True))
            own = [with_reason(d, case, self.answers[i], partial(self.again, i, retry), trace) for d in self.found[i]]
            found = [own if j == i else ds for j, ds in enumerate(self.found)]
            self._details[i] = [d for d in own if not contradicted(self.exercise, found, d)] or own
        return self._details[i]
