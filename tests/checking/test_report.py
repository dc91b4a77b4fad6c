"""The report itself: signs, notes, and what a learner's code may write into it."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attention_lab.checking.verdict import report
from attention_lab.checking.verdict.sentences import group_labels
from attention_lab.checking.verdict.verdict import NOT_COMPARED, Check, Verdict
from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

CASES = (Case("two vectors", (RandomTensor((2, 3)),)), Case("one", (RandomTensor((1, 5)),)))
TWICE = "class Twice(nn.Module):\n    def forward(self, x):\n        {}"
RED = Verdict("Twice", 0.0, 2.0, [Check("output", "failed", "wrong")], "It is wrong.", ["With two."],
              ["Wrong on 1 of 1 cases"], ["Here."])
GREEN = Verdict("Twice", 2.0, 2.0, [Check("output", "passed")], "The output is right on all 2 inputs that we tried.")
CONTROLS = {chr(c) for c in [*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E,
                             0x200F]} - {"\n", "\t"}


class Tags(HTMLParser):
    """Refuses tags that are not closed in order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.seen, self.words = [], set(), ""
        self.feed(text)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        assert {name for name, _ in attributes} <= {"class", "style"}
        self.seen.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


def both(verdict):
    said, drawn = report.text(verdict), Tags(report.html(verdict))
    assert drawn.seen <= {"div", "b", "code", "pre", "details", "summary", "span", "br"}
    for shown in (said, drawn.words):
        assert not CONTROLS & set(shown)
        shown.encode()  # a lone surrogate cannot be printed
    return said, drawn.words


def test_what_crashes_is_an_error_and_what_is_wrong_a_failure(way):
    lesson = way(TWICE.format("return 2 * x"), "Twice", *CASES)
    for answer, outcome in ((TWICE.format("return 2 * y"), "error"), (TWICE.format("raise SystemExit"), "error"),
                            (TWICE.format("return 2 * x").replace("nn.Module", "object"), "error"),
                            ("def Twice():\n    return 2", "error"), (TWICE.format("return 3 * x"), "failed"),
                            (TWICE.format("return x.mean()"), "failed"), (TWICE.format("raise NotImplementedError"),
                                                                          "failed")):
        judged = lesson.wrong(answer)
        assert judged.checks[0].name == "output" and judged.checks[0].outcome == outcome, report.text(judged)
        both(judged)
    crash = "y = torch.exp(x)\n        z = y.sum()\n        y += 1\n        return 2 * x + 0 * z"
    judged = lesson.wrong(TWICE.format(crash))
    assert [c.outcome for c in judged.checks if c.name in ("output", "gradients")] == ["passed", "error"]


def test_every_outcome_has_its_sign():
    checks = [Check("output", "passed"), Check("gradients", "failed", "x"), Check("dtype", "failed", NOT_COMPARED),
              Check("errors", "error", "x"), Check("memory", "timeout", "x"), Check("device", "failed", "x")]
    said = both(replace(RED, checks=checks))[1].replace("\xa0", "")
    for mark in ("✓ output", "✗ gradients", "– dtype", "✗ ValueErrors (stops with an error)",
                 "✗ memory (takes too long)", "✗ device"):
        assert mark in said


@pytest.mark.parametrize("verdict", [RED, GREEN], ids=["red", "green"])
def test_notes_end_every_report(verdict):
    note = "Judged with the course's own `Excitation`, because yours lost points."
    said, words = both(replace(verdict, notes=[note]))
    assert said.endswith(f"\n    {note}") and words.endswith(note.replace("`", ""))
    assert verdict.notes == []


@pytest.mark.parametrize("told, kept", [
    ("\x1b[31mred\x1b[0m", "red"), ("\x1b]0;title\x07rest", "rest"), ("\x1b]8;;http://a.b\x1b\\link\x1b]8;;\x1b\\",
                                                                      "link"),
    ("a\x1b]unterminated\nb", "ab"), ("a\rb", "ab"), ("a\r\nb", "ab"), ("a\x08\x00b", "ab"), ("a\u202eb", "ab"),
    ("a\ud800b", "ab"),
    ("\x9b2Jgone", "gone"), ("\x1b", ""), ("\x1b[", ""), ("tab\tkept", "tab\tkept"), ("é ✓ 漢 👩‍💻", "é ✓ 漢 👩‍💻"),
])
def test_control_characters_are_dropped(told, kept):
    said, words = both(replace(RED, headline=told, evidence=[told], notes=[told]))
    assert kept in words and kept in said.replace("\n    ", "").replace("\n", "")


@pytest.mark.parametrize("told", ["`", "``", "a ` b ` c ` d", "`<b>`", "</div>", "`a\nb`", "a `b\nc` d",
                                  "<script>x()</script>", "&lt;",
                                  "\x1b[`", "`\x1b[</code>`", "<!--", "]]>", "\n\n", "'\"onload=x"])
def test_html_stays_whole(told):
    said, words = both(replace(RED, headline=told, evidence=[f"x {told} y"], where=[told], cases=[told, told],
                               notes=[told]))
    assert "script" not in Tags(report.html(RED)).seen
    if "`" not in told and "\x1b" not in told:
        assert told.strip("\n").split("\n")[0] in words


@given(st.text(st.sampled_from("`<>&\"'\n\x1b[]m;ax/\x9b\ud800\u202e") | st.characters(), max_size=30))
def test_html_stays_whole_whatever_is_told(told):
    both(replace(RED, headline=told, evidence=[told, f"`{told}`"], notes=[f"`{told}`: {told}"]))


def test_a_learners_own_words_reach_the_report(way):
    lesson = way(TWICE.format("return 2 * x"), "Twice", *CASES)
    for message in (r"\x1b[31m`x` <b>bold</b>\x1b]0;t\x07", r"\ud800 `", r"a\nb`c"):
        judged = lesson.wrong(TWICE.format(f"raise RuntimeError('{message}')"), "RuntimeError when it was called")
        both(judged)
    judged = lesson.wrong(TWICE.format("return 2 * x['\x1b[2J']"), "in your line: return 2 * x['']")
    both(judged)


@pytest.mark.parametrize("labels, said", [
    (["Twice(3), shape (2, 3)", "a second call, Twice(3), shape (2, 3)",
      "a hole, and a batch of one, Twice(3), shape (2, 3)"],
     "Twice(3), shape (2, 3) (a second call; a hole, and a batch of one)"),
    (["one key, shapes (2, 3) and (1, 3)", "one key, shapes (2, 3) and (1, 3)", "shape (2, 4)"],
     "shapes (2, 3) and (1, 3) (one key); shape (2, 4)"),
    (["no tensor", "lists, Twice([1, 2])"], "no tensor; Twice([1, 2]) (lists)"),
])
def test_cases_that_are_called_alike_are_told_together_and_once(labels, said):
    assert group_labels(labels, "Twice") == said


def test_code_in_the_name_of_a_case_is_read_in_both_forms():
    named = replace(RED, cases=["Wrong on 1 of 1 cases", "Wrong with scores too large for `exp` alone."])
    assert "too large for exp alone" in both(named)[1]
    assert "too large for `exp` alone" in report.text(replace(RED, evidence=named.cases[1:]))


OWNER = """
class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        {}

    def forward(self, x):
        return {}
"""


@pytest.mark.parametrize("made, used, what", [
    ("self.layer = nn.Linear(3, 3)", "self.layer(x)", "layers in"),
    ("self.gamma = nn.Parameter(torch.ones(1))", "self.gamma * x", "layers and every nn.Parameter in"),
])
def test_a_module_without_parameters_hears_that_first(way, made, used, what):
    lesson = way(OWNER.format(made, used), "Twice", Case("two", (RandomTensor((2, 3)),)))
    assert lesson.wrong(OWNER.format("pass", "2 * x")).headline.startswith("Your module has no parameters at all. "
                                                                           f"Make its {what} `__init__`")
