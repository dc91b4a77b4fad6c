"""The atlas of mistakes: counted from the catalogues as they are now, and without an answer to an exercise."""

import re
from html import unescape

from autograder.lessons.course import lessons
from autograder.lessons.topics import topic
from docs.site import atlas, mistakes
from docs.site.kinds import KINDS
from docs.site.wrong_line import lines
from tests.conftest import ROOT
from tests.site.test_site import bodies

NO_ANSWER = re.compile(r".{,19}$|def |super\(\)\.__init__\(\)$|if .*:$|raise |return \w+$")  # tests of inputs, too


def test_it_was_recorded_with_the_mistakes_and_references_as_they_are_now():
    now = {lesson.name: {each.name: atlas.key(of, each.name) for each in of.exercises}
           for lesson in lessons() for of in [topic(lesson.topic)]}
    kept = {name: {each: part["key"] for each, part in parts.items()} for name, parts in atlas.recorded().items()}
    stale = sorted(name for name in {**now, **kept} if now.get(name) != kept.get(name))
    assert not stale, f"run `python -m docs.site.atlas {' '.join(stale)}`: their mistakes or references have changed"


def test_it_counts_every_known_mistake_as_the_readme_does():
    known = sum(len(topic(lesson.topic).mistakes) for lesson in lessons())
    assert f"The checks of this course know {known:,} mistakes" in mistakes.front(lessons())
    assert f"It knows {known:,} mistakes," in (ROOT / "README.md").read_text(encoding="utf-8")


def test_kinds_are_what_running_gives():
    lesson = next(each for each in lessons() if each.topic == "se")
    found, kept = atlas.survey(lesson, "squeeze"), atlas.recorded()[lesson.name]["squeeze"]
    assert (found["kinds"], found["silent"]) == (kept["kinds"], kept["silent"])
    assert [found["shown"][kind]["id"] for kind in ("batch", "size-one")] == ["squeeze-over-batch",
                                                                              "squeeze-drops-all-ones"]


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
