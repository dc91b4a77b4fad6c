"""The atlas of mistakes: counted from the catalogues as they are now, and without an answer to an exercise."""

import re
from html import unescape

from autograder.lessons.course import lessons
from autograder.lessons.topics import topic
from builder.atlas import survey
from builder.atlas.kinds import KINDS
from builder.atlas.wrong_line import lines
from docs.site import mistakes
from tests.conftest import ROOT
from tests.site.test_site import bodies

NO_ANSWER = re.compile(r".{,19}$|def |super\(\)\.__init__\(\)$|if .*:$|raise |return \w+$")  # tests of inputs, too


def test_it_was_recorded_with_the_mistakes_and_references_as_they_are_now():
    for lesson in lessons():
        of = topic(lesson.topic)
        now = {(mistake.exercise, mistake.id): survey.digest(mistake, of) for mistake in of.mistakes}
        kept = {(exercise, id): entry[0] for exercise, part in survey.recorded(lesson).items()
                for id, entry in part["mistakes"].items()}
        assert now == kept, f"run `python -m builder {lesson.name}`: its mistakes or its reference have changed"


def test_it_counts_every_known_mistake_as_the_readme_does():
    known = sum(len(topic(lesson.topic).mistakes) for lesson in lessons())
    assert f"The checks of this course know {known:,} mistakes" in mistakes.front(lessons())
    assert f"It knows {known:,} mistakes," in (ROOT / "README.md").read_text(encoding="utf-8")


def test_kinds_are_what_running_gives_and_a_new_mistake_is_run_alone(monkeypatch):
    lesson = next(each for each in lessons() if each.topic == "se")
    kept, ran, asking = survey.recorded(lesson)["squeeze"], [], survey._asking
    assert survey.survey(lesson, "squeeze", {}) == kept
    assert [kept["shown"][kind]["id"] for kind in ("batch", "size-one")] == ["squeeze-over-batch",
                                                                             "squeeze-drops-all-ones"]
    shown = {example["id"] for example in kept["shown"].values()}
    new = next(id for id in kept["mistakes"] if id not in shown)
    before = {**kept, "mistakes": {id: entry for id, entry in kept["mistakes"].items() if id != new}}
    monkeypatch.setattr(survey, "_asking", lambda *of: lambda known: ran.append(known.id) or asking(*of)(known))
    assert survey.survey(lesson, "squeeze", before) == kept and ran == [new]
    gone = {**kept, "mistakes": {**kept["mistakes"], "gone": ["0", "batch", True]}}
    assert survey.survey(lesson, "squeeze", gone) == kept and ran == [new]


def test_the_front_page_has_every_kind_and_an_example_of_the_twenty():
    assert sorted(mistakes.TITLES) == sorted(KINDS)
    assert mistakes.front(lessons()).partition("## The other kinds")[0].count("known mistakes, such as") == 20


def test_a_page_shows_different_mistakes_and_no_line_of_an_answer():
    for lesson in lessons():
        shown, text = mistakes.chosen(lesson), unescape(re.sub("<[^>]+>", "", mistakes.page(lesson)))
        assert 8 <= len(shown) <= mistakes.MOST and len({each.kind for each in shown}) >= 6
        source = (ROOT / "solutions" / lesson.topic / "reference.py").read_text(encoding="utf-8")
        answers = {line for line in map(str.strip, bodies(source)) if not NO_ANSWER.match(line)}
        assert answers and not [line for line in answers if line in text]


def test_what_is_wrong_is_shown_without_the_rest():
    shown = {mistake.id: lines(mistake, topic("se").reference) for mistake in topic("se").mistakes}
    assert shown["se-over-batch"] == "… (x)<mark>.mean(0, keepdim=True).expand(len(x), -1)</mark>)[: …"
    assert shown["excitation-no-relu"].count("[left out]") == 2 and "sigmoid" not in shown["excitation-no-relu"]
