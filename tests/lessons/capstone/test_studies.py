"""The capstone's six questions for a study, and the finished report beside the notebook."""

import json
import re
from dataclasses import asdict
from html import unescape

import pytest

from attention_lab.lessons.capstone.five_tasks import TASKS
from attention_lab.lessons.capstone.own_study import Kept, _check
from attention_lab.lessons.capstone.study_page import SUPPORTED, judged, outcome, page
from attention_lab.lessons.capstone.task_scores import SOLVED
from attention_lab.networks.training import Results
from autograder.lessons.course import COURSE, NOTEBOOKS
from builder.build import EXAMPLE
from solutions.capstone import studies
from solutions.shared.long_runs import read

FOLDER = studies.FILE.parent
SECTION = (FOLDER / "page.py").read_text(encoding="utf-8").split("## 8. A question of your own")[1].split("## 9.")[0]
BOOK = (FOLDER / "lab_book.md").read_text(encoding="utf-8").split("## 6. Six questions")[1].split("## 7.")[0]
ASKED, REST = BOOK.split("*How to make the arms.*")
ARMS, OUTCOMES = REST.split("*Results*")


def numbered(text):
    """The numbered items of a part of the section."""
    return re.findall(r"^(?:# )?(\d)\. ", text, re.MULTILINE)


def test_every_question_says_how_to_make_its_arms_and_what_came_out():
    six = list("123456")
    assert numbered(ASKED) == numbered(ARMS) == numbered(OUTCOMES) == six and len(studies.QUESTIONS) == 6


@pytest.mark.parametrize("name", studies.ALL)
def test_a_question_can_be_asked_with_modules_from_the_notebooks(name, monkeypatch):
    monkeypatch.chdir(NOTEBOOKS / "10_capstone")
    question = studies.ALL[name]
    *_, control = question.arms
    _check(name, {"hypothesis": question.hypothesis}, question.task, question.arms, question.ahead, [control], 5)
    assert question.task in TASKS


def test_the_lab_book_quotes_the_recorded_means():
    said = dict(zip(studies.QUESTIONS, re.split(r"^\d\. ", OUTCOMES, flags=re.MULTILINE)[1:], strict=True))
    recorded = json.loads(studies.FILE.read_text(encoding="utf-8"))
    assert list(recorded) == list(studies.ALL)
    for name, kept in recorded.items():
        wanted = dict.fromkeys(studies.ALL[name].arms, studies.ALL[name].seeds)
        assert {arm: len(scores) for arm, scores in kept["scores"].items()} == wanted
    for name in studies.QUESTIONS:
        for arm, scores in recorded[name]["scores"].items():
            assert f"{sum(scores) / len(scores):.0f} %" in said[name], f"{name}: {arm}"


def test_the_lab_book_tells_the_longer_studies():
    recorded = json.loads(studies.FILE.read_text(encoding="utf-8"))
    assert sorted(map(round, recorded["maximum_longer"]["scores"]["mean"])) == [35, 96, 96, 97, 100]
    assert "four of five gates made from the mean score 96 to 100 %, and one is still at chance." in OUTCOMES
    assert {round(score) for score in recorded["maximum"]["scores"]["mean with BatchNorm"]} == {100}
    runs, longer = recorded["scale"]["scores"], recorded["scale_longer"]["scores"]
    solved = [sum(score >= SOLVED for score in of[arm])
              for of in (runs, longer) for arm in ("with scale", "without scale")]
    assert solved == [12, 14, 12, 13]
    assert "Twelve runs with the scale and fourteen runs without it solve the task." in OUTCOMES
    assert "twelve runs with the scale and thirteen runs without it solve the task." in OUTCOMES
    scores = recorded["neighbours_longer"]["scores"]
    assert sorted(map(round, scores["kernel 1"])) == [82, 93, 94, 94, 94]
    assert {round(score) for score in scores["kernel 3"]} <= {93, 94}
    assert ("four of the runs with a kernel of 1 score 93 or 94 %, and so do all runs with a kernel of 3.\n"
            "   The fifth run with a kernel of 1 stops at 82 %.") in OUTCOMES


def test_the_lab_book_tells_what_the_sign_of_one_number_does():
    recorded = json.loads(studies.FILE.read_text(encoding="utf-8"))
    short, longer = recorded["signs"]["scores"], recorded["signs_longer"]["scores"]
    below, above = "kernel 1, starts below 0", "kernel 1, starts above 0"
    assert [round(of(short[arm])) for arm in (below, above, "kernel 3") for of in (min, max)] == [
        84, 92, 76, 84, 89, 92]
    assert {round(score) for score in longer[below]} == {93, 94}
    assert sorted(map(round, longer[above]))[:5] == [82, 82, 82, 83, 93]
    for said in ("the runs that start below 0 score 84 to 92 %, and those that start above 0 score 76 to 84 %.",
                 "four of those that start above 0 stop at 82 or 83 %.", "ten short runs score 89 to 92 %."):
        assert said in OUTCOMES


@pytest.mark.parametrize("name", studies.ALL)
def test_a_recorded_verdict_follows_from_the_recorded_scores(name):
    question, kept = studies.ALL[name], json.loads(studies.FILE.read_text(encoding="utf-8"))[name]
    runs = {(arm, seed): {"score": score} for arm, of in kept["scores"].items() for seed, score in enumerate(of)}
    *_, control = question.arms
    found = judged(Results(tuple(question.arms), tuple(range(question.seeds)), runs), question.ahead, [control], 5)
    assert found.verdict == kept["verdict"]


def test_the_finished_report_is_whole_small_and_loads_nothing():
    content = (FOLDER / EXAMPLE).read_text(encoding="utf-8")
    assert len(content.encode()) <= 300_000
    for part in ("What was expected, before anything was run", "What would refute it", "What came out",
                 "How it was done", "What this does not show", "The code"):
        assert part in content
    assert not re.search(r"(src|href)=\"(?!data:)", content) and "<script" not in content
    assert f"]({EXAMPLE})" in ASKED and (COURSE / "10_capstone" / EXAMPLE).read_text(encoding="utf-8") == content


def test_the_finished_report_is_what_the_course_would_write_now():
    content = (FOLDER / EXAMPLE).read_text(encoding="utf-8")
    table = re.findall(r"<tr><td>([^<]*)</td><td>(\d+)</td><td>([^<]*)</td>", content)
    scores = {arm: [float(score) for score in of.split(", ")] for arm, _, of in table}
    said = [unescape(text) for text in re.findall(r"<blockquote>(.*?)</blockquote>", content)]
    first, second, control = scores
    kept = Kept("mean_or_maximum", *said, "look-up", [[first, second]], [control], 5, "today",
                dict.fromkeys(scores, "k"), 5, 1)
    results = Results(tuple(scores), tuple(range(5)), {(arm, seed): {"score": score} for arm, of in scores.items()
                                                       for seed, score in enumerate(of)})
    came_out = outcome(asdict(kept), results, judged(results, kept.ahead, kept.controls, 5),
                       {arm: int(parameters) for arm, parameters, _ in table})
    made = page(asdict(kept), results, came_out, 1, 0.01, studies.code_of(content), "")
    assert _form(content) == _form(made), "run python -m solutions.capstone.studies --example"


def _form(report):
    """A report without its picture, its day, its numbers and the machine."""
    plain = re.sub(r'src="data:[^"]*"|Begun on .*?</small>|<p><small>python .*?</small>', "", report)
    return re.sub(r"\d[\d.,]*", "#", plain)


def test_the_page_says_what_the_recorded_runs_with_places_show():
    table = read((FOLDER / "places.md").read_text(encoding="utf-8"))
    scores = {(row.arm, row.longer): [float(score) for score in of.values()] for row, of in table.items()}
    first = {arm: scores[arm, 1] for arm, _ in scores}
    best = first["attention with places"]
    assert min(best) > max(first["attention"] + first["places alone"])
    assert "every run of *attention with places* scores more than every run of the other two arms" in SECTION
    assert [sum(score >= SOLVED for score in of) for of in (best, scores["attention with places", 5])] == [2, 5]
    assert "only two of its five runs have solved the task" in SECTION
    assert "times the steps all five solve it" in SECTION
    kept = {(arm, seed): {"score": score} for arm, of in first.items() for seed, score in enumerate(of)}
    found = judged(Results(tuple(first), tuple(range(5)), kept), [("attention with places", "attention")],
                   ["places alone"], 5)
    assert found.verdict == SUPPORTED and "The hypothesis is supported" in SECTION
    shown = next("".join(output["data"]["text/plain"])
                 for cell in json.loads((NOTEBOOKS / "10_capstone/10_capstone.ipynb").read_text("utf-8"))["cells"]
                 if "".join(cell["source"]).startswith('study("places"') for output in cell["outputs"]
                 if "text/html" in output["data"])
    assert shown.startswith(f"{found.verdict}: {found.reason}")
    assert max(scores["mixed in", 1]) < SOLVED and "none of its runs had solved the task" in BOOK
