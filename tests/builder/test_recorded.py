"""Recorded checks: only what has changed answers again, and only what says something else is written."""

from dataclasses import replace

import pytest

from attention_lab.checking.known import fingerprint
from autograder.lessons.topics import Topic, topic
from autograder.recording import mistakes
from builder import build, notebooks, record

SE = next(lesson for lesson in build.lessons() if lesson.name == "01_se")


def test_a_check_is_written_only_if_it_says_something_else(monkeypatch):
    source = notebooks.read_source(SE)
    assert record.checks(SE, source) == record.files(SE)
    made = record.record_checks(SE, source)
    made[0].cases[0].expected_tensors["output"] = made[0].cases[0].expected_tensors["output"] * (
        1 + 1e-6
    )
    made[1].mistakes[0].sentence += " Really."
    made[2].cases[0].expected_tensors["output"] = made[2].cases[0].expected_tensors["output"] * (
        1 + 1e-12
    )
    monkeypatch.setattr(record, "record_checks", lambda *_: made)
    now, before = record.checks(SE, source), record.files(SE)
    assert [name for name in now if now[name] != before[name]] == ["squeeze.check", "Excitation.check"]


@pytest.fixture
def one_more(monkeypatch):
    """A mistake that has changed, and a new one."""
    known = topic("se").mistakes
    changed = replace(known[1], source="def squeeze(x):\n    return 5 * x.mean(dim=(2, 3))")
    new = replace(changed, id="new", source=changed.source.replace("5", "7"))
    monkeypatch.setattr(Topic, "mistakes", (known[0], changed, new, *known[2:]))
    return known[0].id, changed.id, new.id


def test_only_a_new_mistake_and_one_that_has_changed_answer_again(monkeypatch, one_more):
    asked, answered, before = set(), mistakes.answered, record.record_checks(SE, notebooks.read_source(SE))[0].mistakes
    monkeypatch.setattr(mistakes, "answered", lambda mistake, *rest: asked.add(mistake.id) or answered(mistake, *rest))
    now = record.record_checks(SE, notebooks.read_source(SE))[0].mistakes
    assert asked - {"as-handed-out"} == {*one_more[1:]} and tuple(mistake.id for mistake in now[:3]) == one_more
    assert all(fingerprint.same(one, other, [1.0] * len(one[1]), "float64") for mistake, then in
               zip(now[3:], before[3:], strict=True) if not mistake.grain
               for one, other in zip(mistake.fingerprints, then.fingerprints, strict=True))


def test_where_only_known_mistakes_have_changed_no_cell_is_run_again(monkeypatch, one_more):
    written = {}
    monkeypatch.setattr(record, "write", lambda path, content: written.update({path.name: content}))
    monkeypatch.setattr(record, "only", lambda *_: None)
    assert record.build(SE, notebooks.read_source(SE)) == [] and written.keys() == {"squeeze.check", record.FILE}
    assert one_more[2] in written[record.FILE]
