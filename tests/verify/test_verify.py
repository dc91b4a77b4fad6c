"""`autograder verify`: a true card passes, a card that was edited is refused by name, and code that lies verifies
nothing."""

import copy
import io
import json
import os
import shutil

import nbformat
import pytest
from rich.console import Console

from attention_lab.networks.paper_tables import ROWS, PaperTable
from attention_lab.networks.training import Results
from attention_lab.notebook.card import Card, paper_card
from autograder import cli
from autograder.lessons.course import COURSE, NOTEBOOKS
from autograder.sandbox import limits, validation
from autograder.sandbox.sandbox import Sandbox
from autograder.submission.parse import Unreadable
from autograder.verify import card as cards
from autograder.verify.recount import handed_in, recount
from autograder.verify.verify import verify

SOLVED, RELEASED = (folder / "10_capstone/10_capstone.ipynb" for folder in (NOTEBOOKS, COURSE))
RESULTS = Results(("SE", "CBAM"), (0, 1),
                  {(arm, seed): {"look-up": 40.0 + seed} for arm in ("SE", "CBAM") for seed in (0, 1)})
SE = ("SE-ResNet-18", "SE-ResNet-34", "SE-ResNet-50", "SE-ResNet-101")
WIDER = """class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.hold = nn.ModuleList(nn.Linear(*sizes, bias=False) for sizes in (
            (channels, channels // reduction), (channels // reduction, channels)))
    def forward(self, x):
        return x
"""
EMPTY = "class SEBlock(nn.Identity):\n    def __init__(self, channels, reduction=16):\n        super().__init__()\n"
LIES = {  # for each row, the number that is wanted
    "a table that counts nothing": "import attention_lab.networks.paper_tables as tables, builtins\n"
                                   "builtins.wanted = iter([row.exact for row in tables.ROWS])\n"
                                   "tables.parameters.__code__ = (lambda network: next(wanted)).__code__\n",
    "parameters of one's own": "from attention_lab.networks.paper_tables import ROWS\nwanted = iter([row.exact for "
                               "row in ROWS])\nprint('28 of 28 rows met')\nnn.Module.parameters = lambda self: "
                               "[torch.empty(next(wanted), device='meta', requires_grad=True)]\n",
}


@pytest.fixture(scope="module")
def table():
    """Every row, recounted from the solved notebooks."""
    with Sandbox() as sandbox:
        return recount(handed_in(SOLVED), sandbox)


@pytest.fixture
def card(table):
    return Card(table, RESULTS).data


@pytest.fixture
def hand_in(tmp_path):
    """Write a released capstone with lesson 01 beside it, in which some exercises have other cells; and the card that
    says that these rows are met and no others."""
    def write(met=SE, **cells):
        (tmp_path / "10_capstone").mkdir()
        (tmp_path / "01_se").mkdir()
        shutil.copy(RELEASED, tmp_path / "10_capstone")
        notebook = nbformat.read(NOTEBOOKS / "01_se/01_se.ipynb", as_version=4)
        for cell in notebook.cells:
            cell.source = cells.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
        nbformat.write(notebook, tmp_path / "01_se/01_se.ipynb")
        said = PaperTable({row: row.exact if row.network in met else "not yet" for row in ROWS})
        paper_card(said, RESULTS, tmp_path / "10_capstone")
        return tmp_path / "10_capstone/card.json", tmp_path / "10_capstone/10_capstone.ipynb"

    return write


def verified(card, notebook):
    """The status, and what is said."""
    console = Console(file=io.StringIO(), width=80)
    return verify(card, notebook, "auto", console), console.file.getvalue()


def test_every_row_is_recounted_behind_the_walls(table):
    assert {row.network: yours for row, yours in table.found.items()} == {row.network: row.exact for row in ROWS}


def test_a_true_card_has_nothing_to_say_against(card, table, tmp_path):
    assert cards.disagreements(card, table) == []
    paper_card(table, RESULTS, tmp_path)
    assert cards.read(tmp_path / "card.json") == card


def edited(number, **values):
    return lambda card: card["tables"][number].update(values)


@pytest.mark.parametrize("edit, said", [
    (edited(1, yours=21_954_857), "SE-ResNet-34: the card says `yours` 21954857; recounted: `yours` 21954856"),
    (edited(2, second_hand=False, source="the authors"),
     "SE-ResNet-50: the card says `source` \"the authors\", `second_hand` false; recounted"),
    (edited(1, met=True), "SE-ResNet-34: the card says `met` true; recounted: `met` false"),
    (edited(4, met=False), "ECA-ResNet-18: the card says `met` false; recounted: `met` true"),
    (edited(1, code=1, yours=1), "SE-ResNet-34: the card says `code` 1, `yours` 1; recounted"),
    (edited(1, yours=21_954_856.0), "SE-ResNet-34: the card says `yours` 21954856.0"),
    (edited(4, stated="11.16M"), "ECA-ResNet-18: the card says `stated` \"11.16M\""),
    (edited(0, network="SE-ResNet-200"),
     "SE-ResNet-200: the papers' tables have no such row | SE-ResNet-18: its row is missing"),
    (lambda card: card["tables"].pop(), "MobileNetV2 + CA: its row is missing"),
    (lambda card: card["tables"].append(card["tables"][0]), "SE-ResNet-18: its row is there 2 times"),
    (lambda card: card["scores"]["seeds"].pop(), "SE, look-up: a score of 2 seeds, but 1 are named"),
    (lambda card: card["scores"]["rows"][1].update(standard_error=None),
     "CBAM, look-up: only scores of two seeds or more have a standard error"),
    (lambda card: card["scores"]["rows"].append(card["scores"]["rows"][0]),
     "SE, look-up: this score appears twice"),
])
def test_what_is_not_so_is_named(card, table, edit, said):
    card = copy.deepcopy(card)
    edit(card)
    found = cards.disagreements(card, table)
    assert len(found) in (1, 2) and " | ".join(found).startswith(said)


@pytest.mark.parametrize("edit, said", [
    (lambda card: card["scores"].update(status="verified"),
     r"card.scores.status must be one of .'unverified'., and is .verified"),
    (lambda card: card["scores"]["rows"][1].update(mean=float("nan")),
     r"card.scores.rows\[1\].mean must be number, and is .NaN"),
    (lambda card: card["scores"]["rows"][1].update(mean=100.5), r"card.scores.rows\[1\].mean must be smaller"),
    (lambda card: card.update(verified=True), "card must not contain .*verified"),
    (edited(3, met=1), r"card.tables\[3\].met must be boolean, and is 1"),
    (edited(3, network=[[]]), r"card.tables\[3\].network must be string"),
    (lambda card: card.pop("machine"), "card must contain .*machine"),
])
def test_what_paper_card_has_not_written_is_refused(card, tmp_path, edit, said):
    card = copy.deepcopy(card)
    edit(card)
    (tmp_path / "card.json").write_text(json.dumps(card))
    with pytest.raises(cards.Refused, match=said):
        cards.read(tmp_path / "card.json")


@pytest.mark.parametrize("text, said", [
    (None, "No such file"), ("{", "not JSON"), ("[" * 100_000, "not JSON"), ("[]", "not a card"),
    ('{"course": "Attention"}', "not a card"),
    ('{"a": ' + "9" * 5000 + "}", "not JSON"),
    (" " * (cards.LARGEST + 1), f"a card has at most {cards.LARGEST:,} bytes"),
    ("\udcff", "not JSON"),
], ids=["absent", "cut", "deep", "list", "other", "long number", "large", "bytes"])
def test_what_is_no_card_is_wrong_use(tmp_path, text, said, capsys):
    path = tmp_path / "card.json"
    if text is not None:
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(SystemExit) as ended:
        cli.main(["verify", str(path), str(SOLVED)])
    error = capsys.readouterr().err
    assert ended.value.code == 2 and said in error and str(path) in error


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="links and pipes as Unix has them")
def test_a_card_is_opened_as_what_was_handed_in_is(tmp_path):
    (tmp_path / "secret").write_text(json.dumps({"course": "not for you"}))
    (tmp_path / "link.json").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe.json")
    for name, why in (("link", "it is a link to another file"), ("pipe", "it is not a plain file")):
        with pytest.raises(ValueError, match=why):
            cards.read(tmp_path / f"{name}.json")


def test_a_notebook_of_another_lesson_or_none(tmp_path):
    with pytest.raises(Unreadable, match="01_se.ipynb is the notebook of 01_se, not of 10_capstone"):
        handed_in(NOTEBOOKS / "01_se/01_se.ipynb")
    with pytest.raises(Unreadable, match="missing.ipynb can't be read"):
        handed_in(tmp_path / "missing.ipynb")


@pytest.mark.parametrize("reply", [
    {"counts": {"a": 1}}, {"counts": {"a": 1, "b": 2, "c": 3}}, {"counts": {"a": 1, "b": -2}},
    {"counts": {"a": 1, "b": 1 << 63}}, {},
    {"counts": {"a": 1, "b": True}}, {"counts": {"a": 1, "b": "x" * 5000}}, {"counts": [1, 2]},
    {"counts": {"a": 1, "b": 2}, "more": 1},
])
def test_a_worker_that_says_anything_else_is_not_believed(reply):
    assert validation.counts({"counts": {"b": 2, "a": "not yet"}}, ["a", "b"]) == {"a": "not yet", "b": 2}
    with pytest.raises(ValueError, match="not "):
        validation.counts(reply, ["a", "b"])


def test_right_modules_are_verified_and_absent_lessons_are_not_yet(hand_in):
    status, said = verified(*hand_in())
    assert status == 0 and said.count("the same as a third party's code, and no number is stated, modules right") == 2
    assert said.count("the same as the published code, and no number is stated, modules right") == 1
    assert said.count("count met, modules right") == 1
    assert "1 of the 21 stated numbers are met; 4 of 28 counts are right, and 4 of these are verified." in said
    assert "not yet: lesson 02 (there is no notebook ../02_eca/02_eca.ipynb)" in said and "not yet: lesson 10" in said
    assert "Not verified, but stated by the learner: 2 scores, the versions and the machine." in said


def test_a_card_of_other_notebooks_is_refused(hand_in):
    status, said = verified(*hand_in(met=(*SE[1:], "SCNet-50")))
    assert status == 1 and "card.json is REFUSED:" in said
    assert "SE-ResNet-18: the card says `yours` null; recounted: `yours` 11776552\n" in said
    assert (
        "SCNet-50: the card says `yours` 25564584, `met` true; recounted: `yours` null, `met` false (not yet: lesson e1"
        in said
    )


@pytest.mark.nightly
def test_a_count_that_is_met_by_other_modules_is_not_verified(hand_in):
    status, said = verified(*hand_in(seblock=WIDER))
    assert status == 0 and said.count(", but SEBlock of 01_se has 0 of 4 points") == 4
    assert "4 of 28 counts are right, and 0 of these are verified" in said


def test_modules_that_are_right_on_top_of_a_wrong_one_are_not_verified(hand_in):
    status, said = verified(*hand_in(squeeze="def squeeze(x):\n    return x.amax(dim=(2, 3))"))
    assert status == 0 and said.count(", but squeeze of 01_se has 0 of 2 points\n") == 4


@pytest.mark.parametrize("lie", LIES)
def test_code_that_lies_about_counts_verifies_nothing(hand_in, lie):
    status, said = verified(*hand_in(seblock=LIES[lie] + EMPTY))
    assert status == 0 and said.count(", but SEBlock of 01_se has 0 of 4 points") == 4
    assert "4 of 28 counts are right, and 0 of these are verified" in said


@pytest.mark.nightly
@pytest.mark.parametrize("ending, said",
                         [("import sys; sys.exit(0)", "the process ended"), ("while True: pass", "of computing")])
def test_code_that_gives_no_count_is_named(hand_in, monkeypatch, ending, said):
    monkeypatch.setattr(limits, "QUESTION_CPU", 2.0)
    status, printed = verified(*hand_in(seblock=f"{ending}\n{EMPTY}"))
    assert status == 1 and printed.count("(lesson 01: it was not counted: ") == 4 and said in printed
    assert "ECA-ResNet-18" not in printed
