"""The capstone's card for a stranger: a study with its verdict, and the best attempt at the record with its code."""

import json
import os
from dataclasses import asdict

import pytest
from torch import nn

from attention_lab.networks.digit_training import BUDGET
from attention_lab.networks.paper_tables import ROWS, PaperTable
from attention_lab.networks.record import LONGEST, RULES, Record, Rules
from attention_lab.notebook import own_record
from attention_lab.notebook.card import Card, paper_card
from attention_lab.notebook.card_network import networks
from attention_lab.notebook.card_study import EXAMPLE, EXAMPLE_BEGINS, MOST, studies, verdict
from attention_lab.notebook.own_record import FILE, Attempt, best
from attention_lab.notebook.study import Kept
from attention_lab.notebook.train_resnet import FILE as TRAINED
from attention_lab.notebook.train_resnet import KeptRun
from autograder.lessons.course import NOTEBOOKS

HOSTILE = "</pre><script>alert(1)</script>"
TABLE = PaperTable({row: "not yet" for row in ROWS})
CELL = "# record\nmine = lambda channels: nn.Identity()"


def run(arm, seed, score, key="k"):
    return {"arm": arm, "seed": seed, "key": key, "score": score, "parameters": 7, "day": "2026-11-26"}


def kept(name="places", ours=(95.0, 96.0, 97.0), theirs=(33.0, 34.0, 35.0), begun="2026-11-26", **more):
    runs = [run(arm, seed, score) for arm, scores in (("ours", ours), ("theirs", theirs))
            for seed, score in enumerate(scores)]
    return asdict(Kept(name, f"Places help. {HOSTILE}", "They do not.", "far", [["ours", "theirs"]], ["theirs"], 5.0,
                       begun, runs)) | more


def write(folder, *made):
    for number, each in enumerate(made):
        file = folder / f"study_{each['name']}.json"
        file.write_text(json.dumps(each))
        os.utime(file, (number, number))


def read(folder):
    return json.loads((folder / "card.json").read_text())


def attempt(numbers=393, score=95.0, **more):
    return asdict(Attempt(numbers, {task: [score] * 5 for task in RULES.tasks}, f"{CELL}  # {HOSTILE}",
                          "2026-11-26")) | more


def test_a_card_shows_the_study_and_the_record_with_its_code(tmp_path):
    write(tmp_path, kept())
    (tmp_path / FILE).write_text(json.dumps(attempt()))
    card = paper_card(TABLE, None, tmp_path)
    study, = card.data["studies"]
    assert (study["verdict"], study["arms"][0]) == ("Supported", {"arm": "ours", "parameters": 7,
                                                                  "scores": [95.0, 96.0, 97.0]})
    assert card.data["record"]["solved"] == list(RULES.tasks)
    page = (tmp_path / "card.html").read_text()
    for said in ("Places help.", "They do not.", "<b>Supported:</b>", "95.0, 96.0, 97.0",
                 "5 of 5 tasks are solved, with 393 numbers", "mine = lambda channels"):
        assert said in page
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "study 'places': supported; record: 5 tasks solved with 393 numbers" in repr(card)
    assert read(tmp_path) == card.data


def trained(seed=0, score=90.0, network="a", **more):
    return asdict(KeptRun(network, seed, [50.85, score], 25.0, [8, 16, 32], 1, f"SEBlock {HOSTILE}", 21_331,
                          BUDGET.steps, "2026-11-26")) | more


def keep_networks(folder, *runs):
    (folder / TRAINED).write_text(json.dumps(runs))


def test_a_card_shows_the_networks_that_were_trained(tmp_path):
    keep_networks(tmp_path, *(trained(seed, score) for seed, score in enumerate((90.0, 91.0, 92.0))),
                  trained(network="b", widths=[10, 20], blocks=2, module="no module"))
    card = paper_card(TABLE, None, tmp_path)
    assert card.data["networks"] == [
        {"widths": [10, 20], "blocks": 2, "module": "no module", "parameters": 21_331, "steps": 800,
         "day": "2026-11-26", "scores": [90.0], "interval": [88.6, 91.2]},
        {"widths": [8, 16, 32], "blocks": 1, "module": f"SEBlock {HOSTILE}", "parameters": 21_331, "steps": 800,
         "day": "2026-11-26", "scores": [90.0, 91.0, 92.0], "interval": [88.5, 93.5]}]
    page = (tmp_path / "card.html").read_text()
    for said in ("<td>8, 16, 32</td><td>1</td><td>SEBlock", "21,331", "90.0, 91.0, 92.0", "88.5 to 93.5",
                 "88.6 to 91.2", "trained (unverified)",
                 "Nobody has trained these networks again or counted their parameters."):
        assert said in page
    assert "<script" not in page and "network with no module: 90.0 % (unverified)" in repr(card)
    assert read(tmp_path) == card.data


def test_the_networks_that_were_trained_last_are_shown(tmp_path):
    keep_networks(tmp_path, *(trained(network=name, module=name) for name in "abcd"),
                  trained(1, network="a", module="a"))
    found = networks(tmp_path)
    assert [line["module"] for line in found.shown] == ["a", "d", "c"] and found.more == 1
    assert found.shown[0]["interval"] is None, "two runs say too little"
    assert "Not shown here: 1 more network, trained earlier." in paper_card(TABLE, None, tmp_path).html()


@pytest.mark.parametrize("odd", [
    {"curve": []}, {"curve": [101.0]}, {"curve": ["90"]}, {"widths": []}, {"widths": [8] * 21}, {"widths": [0]},
    {"blocks": 10**9}, {"parameters": 35_001}, {"parameters": 0}, {"steps": 900}, {"module": 3}, {"more": 1},
    {"day": ["2026"]}, {"day": "", "widths": [], "module": "", "blocks": 0, "parameters": 0, "steps": 0},
])
def test_a_run_that_somebody_edited_or_an_older_version_wrote_is_left_out(tmp_path, odd):
    keep_networks(tmp_path, trained(**odd))
    before = (tmp_path / TRAINED).read_bytes()
    assert networks(tmp_path) == ([], 0) and paper_card(TABLE, None, tmp_path).data["networks"] == []
    assert (tmp_path / TRAINED).read_bytes() == before, "a card only reads"


def test_a_long_list_of_runs_and_a_long_name_are_cut(tmp_path):
    keep_networks(tmp_path, *(trained(seed, module="x" * 500) for seed in range(60)))
    paper_card(TABLE, None, tmp_path)
    line, = read(tmp_path)["networks"]
    assert len(line["scores"]) == 50 and line["module"] == "x" * 200


def test_a_card_without_either_is_as_before(tmp_path):
    card = paper_card(TABLE, None, tmp_path)
    assert card.data["studies"] == [] and card.data["record"] is None
    assert card.data["networks"] == [] and "Networks of my" not in card.html()
    assert "question of my" not in card.html() and "One module for five tasks" not in card.html()


def test_the_newest_studies_are_shown_and_a_changed_arm_counts_in_its_newest_form(tmp_path):
    write(tmp_path, *(kept(f"s{day}", begun=f"2026-11-2{day}") for day in range(5)))
    found = studies(tmp_path)
    assert [line["name"] for line in found.shown] == ["s4", "s3", "s2"] and MOST == 3
    card = paper_card(TABLE, None, tmp_path)
    assert "Not shown here: 2 more studies, older or unfinished." in card.html() and "2 more studies" in repr(card)
    assert read(tmp_path)["more_studies"] == 2
    changed = kept("s9", begun="2026-11-29")
    changed["runs"] += [run("ours", seed, 34.0, "new") for seed in range(3)]
    write(tmp_path, changed)
    line = studies(tmp_path).shown[0]
    assert line["arms"][0]["scores"] == [34.0] * 3 and line["verdict"] == "Refuted"


def test_of_one_days_studies_the_one_that_was_written_last_comes_first(tmp_path):
    write(tmp_path, *(kept(name) for name in "dacb"))
    assert [line["name"] for line in studies(tmp_path).shown] == ["b", "c", "a"]


def test_the_pages_own_example_and_an_unfinished_study_are_not_shown(tmp_path):
    page = (NOTEBOOKS.parent / "capstone/page.py").read_text(encoding="utf-8")
    assert f'study("{EXAMPLE}"' in page and f"hypothesis='{EXAMPLE_BEGINS}'" in page
    example = kept(EXAMPLE, hypothesis=f"{EXAMPLE_BEGINS} If so, more.")
    write(tmp_path, example, kept("mine"), kept("begun", seeds=5, epochs=1, arms={"ours": "k", "theirs": "k"}))
    assert [line["name"] for line in studies(tmp_path).shown] == ["mine"] and studies(tmp_path).more == 1
    write(tmp_path, {**example, "changes": ["an arm was added"]})
    assert len(studies(tmp_path).shown) == 2, "a changed example is a question of one's own"


def test_a_card_says_how_long_a_study_trained_and_how_often_it_was_changed(tmp_path):
    write(tmp_path, kept(seeds=3, epochs=5, arms={"ours": "k", "theirs": "k"}, changes=["one"]))
    page = paper_card(TABLE, None, tmp_path).html()
    assert "Each run had 1,000 steps of training." in page and "It was changed once after" in page
    assert read(tmp_path)["studies"][0]["steps"] == 1000


@pytest.mark.parametrize("odd", [
    {"runs": []}, {"runs": [run("ours", 0, 1e9)]}, {"task": "tomorrow"}, {"ahead": []}, {"ahead": [["ours"]]},
    {"controls": ["absent"]}, {"hypothesis": 3}, {"more": 1}, {"begun": ["2026"]}, {"matters": "much"},
])
def test_a_study_that_somebody_edited_is_left_out(tmp_path, odd):
    write(tmp_path, kept(**odd))
    assert studies(tmp_path) == ([], 0)


def test_a_large_study_is_cut_to_what_a_card_may_hold(tmp_path):
    made = kept()
    made["runs"] += [run(f"arm {number}", 0, 50.0) for number in range(300)]
    made["hypothesis"] = "x" * 5000
    write(tmp_path, made)
    card = paper_card(TABLE, None, tmp_path)
    assert len(card.data["studies"][0]["arms"]) == 20
    assert read(tmp_path)["studies"][0]["hypothesis"] == "x" * 2000


def test_the_best_attempt_is_kept(tmp_path, monkeypatch):
    scores = iter([(700, 95.0), (393, 95.0), (500, 95.0), (100, 20.0)])

    def trained(mine, rules, draw):
        numbers, score = next(scores)
        return Record(numbers, {task: (score,) * 5 for task in rules.tasks})

    monkeypatch.setattr(own_record.rules_of, "record", trained)
    monkeypatch.setattr(own_record, "_cell", lambda: CELL)
    found = []
    for _ in range(4):
        own_record.record(lambda channels: nn.Identity(), folder=tmp_path)
        found.append(best(tmp_path).numbers)
    assert found == [700, 393, 393, 393] and best(tmp_path).code == CELL


def test_an_attempt_by_other_rules_is_not_kept(tmp_path):
    tiny = Rules(tasks=("what",), seeds=1, needed=1, share=0.02, tested=20)
    assert own_record.record(lambda channels: nn.Identity(), tiny, folder=tmp_path).numbers == 0
    assert best(tmp_path) is None


@pytest.mark.parametrize("odd", [
    {"numbers": 2000}, {"numbers": -1}, {"code": "x" * (LONGEST + 1)}, {"scores": {"what": [95.0]}}, {"scores": []},
    {"scores": {task: [101.0] for task in RULES.tasks}}, {"scores": {task: [95.0] * 6 for task in RULES.tasks}},
    {"more": 1}, {"made": 3},
])
def test_an_attempt_that_somebody_edited_is_left_out(tmp_path, odd):
    (tmp_path / FILE).write_text(json.dumps(attempt(**odd)))
    assert best(tmp_path) is None and paper_card(TABLE, None, tmp_path).data["record"] is None


def test_a_verdict_needs_a_run_of_every_arm_that_is_compared():
    line = {"arms": [{"arm": "a", "scores": [90.0, 91.0]}, {"arm": "b", "scores": []}], "ahead": [["a", "b"]],
            "controls": [], "matters": 5}
    assert verdict(line) is None
    line["arms"][1]["scores"] = [20.0, 21.0]
    assert verdict(line)[0] == "Supported"


def test_rows_without_a_stated_number_are_not_met():
    whole = PaperTable({row: row.exact for row in ROWS})
    card = Card(whole, None)
    lines = {line["network"]: line for line in card.data["tables"]}
    assert not any(line["met"] for line in lines.values() if not line["stated"])
    met, _, equal = card.html().partition("These are as large as the published code")
    for line in lines.values():
        if not line["stated"]:
            assert f"✓ {line['network']}<" not in met and f"<td>{line['network']}</td>" in equal
