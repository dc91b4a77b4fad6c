"""Sees what is kept from call to call: an answer that is wrong only because of the calls before it."""

from __future__ import annotations

from dataclasses import replace

from ...form.protocol import Call, Question
from ..cause import Cause
from ..differences import differences
from ..evidence import Evidence
from ..sentences import of_other_sizes

SIZES = ("A call is right by itself, but wrong after a call on the same module with inputs of other sizes. Something "
         "that depends on the sizes is kept from call to call (an index, a table, a mask, a number of tokens). Make it "
         "again in each call.")
KEPT = ("A first call is right, but a second one is wrong: something is kept from call to call. Compute it again in "
        "each call.")


def kept_state(evidence: Evidence) -> list[Cause]:
    """Asks for the leading case without the calls before it, and says what they leave behind."""
    case = evidence.exercise.cases[evidence.leading]

    def right(question: Question) -> bool:
        return not differences(case, evidence.again(evidence.leading, question), evidence.exercise.scale)

    alone = replace(case.question, earlier=None, earliest=None)
    if alone == case.question:
        return []
    if not right(alone):
        return [Cause(KEPT, {evidence.leading, *evidence.alike})] if _only_later(evidence) else []
    only_earliest = case.question.earliest and right(replace(case.question, earliest=None))
    before = case.question.earliest if only_earliest else case.question.earlier
    twice = replace(case.question, earlier=Call(case.question.args, case.question.kwargs), earliest=None)
    sizes = before and of_other_sizes(case, before) and right(twice)
    others = {i for i in evidence.alike if not _called_before(evidence.exercise.cases[i].question)}
    return [Cause(SIZES if sizes else KEPT, {evidence.leading, *evidence.alike} - others, others)]


def _only_later(evidence: Evidence) -> bool:
    """Says whether all outputs are right but those of later calls. What is kept outside a module, in a dict, is still
    there if the call is made again by itself."""
    output = [i for i, case in enumerate(evidence.exercise.cases) if case.check == "output"]
    return all(bool(evidence.found[i]) == _called_before(evidence.exercise.cases[i].question) for i in output)


def _called_before(question: Question) -> bool:
    return bool(question.earlier or question.earliest or question.again)
