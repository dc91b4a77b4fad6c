"""What a machine can hold of the English that people read: on pages, in documents, and in the reports of checks."""

import pytest

from autograder.lessons import topics
from autograder.lessons.course import ROOT
from builder import build, lab_book, notebooks
from tests.course.prose import findings, plain, sentences

LESSONS = pytest.mark.parametrize("lesson", build.lessons(), ids=lambda lesson: lesson.name)
DOCUMENTS = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md")),
             *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "datasets").rglob("*.md"))]


def told(found):
    return "\n".join(f"{finding.where}: {finding.sentence}\n    {finding.why}" for finding in found)


@LESSONS
def test_a_page_reads_well(lesson):
    texts = [cell.source for cell in notebooks.read_source(lesson).cells if cell.cell_type == "markdown"]
    if (topic := topics.topic(lesson.topic)).has(lab_book.FILE):
        texts.append(lab_book.write(topic))
    found = [finding for text in texts for finding in findings(lesson.name, text)]
    assert not found, told(found)


@LESSONS
def test_a_report_reads_well(lesson):
    found = [finding for mistake in topics.topic(lesson.topic).mistakes
             for finding in findings(mistake.id, mistake.sentence)]
    assert not found, told(found)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_document_reads_well(path):
    found = findings(path.name, path.read_text(encoding="utf-8"))
    assert not found, told(found)


@pytest.mark.parametrize("text, why", [
    ("You simply add them.", "if it were simple"),
    ("Just add them to what\n`fc1` returns.", "only, or nothing"),
    ("How many parameters has an SE block?", "how many parameters does it have"),
    ("Take one number a channel.", "one number per channel"),
    ("The plain network is at a guess here.", "at chance"),
    ("It adds what conv2 gives.", "the output of"),
    ("What is gathered is added.", "name the thing"),
    ("The gate is closed: it is 0; the map is open.", "one colon or semicolon"),
    ("One " + "more " * 40 + "word.", "42 words"),
])
def test_a_sentence_is_found(text, why):
    found = findings("here", text)
    assert len(found) == 1 and why in found[0].why


@pytest.mark.parametrize("text", [
    "How many parameters does an SE block have, `just` one per channel? [Adjust](https://example.org/just) it.",
    "What is gathered?\n\n**What stays open.** Whether it helps.",
    "- `fc1`, `fc2`: linear layers; both have a bias\n- J. Hu, L. Shen: *Squeeze-and-Excitation Networks*: CVPR; 2018",
    "```python\nx = 1; y: int = 2; just = 3\n```\n\n| a: b; c: d |\n|---|",
])
def test_code_titles_tables_and_references_do_not_count(text):
    assert findings("here", text) == []


def test_a_text_has_sentences():
    text = (
        "# A title\n\nOne gate is open. It is 0.5 wide,\nand `x.mean()` is small.\n\n- first of all (B, C);\n- and"
        " second of all"
    )
    assert sentences(plain(text)) == ["One gate is open.", "It is 0.5 wide, and `x.mean()` is small.",
                                      "first of all (B, C);",
                                      "and second of all"]
