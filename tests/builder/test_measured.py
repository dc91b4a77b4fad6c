"""What the experiments measured was measured with the files that are here."""

import shutil

import pytest
from nbformat import v4

from builder import build, measure, notebooks, record

LESSON = {lesson.name: lesson for lesson in build.lessons()}
PAGE = notebooks.read_source(LESSON["02_eca"])


@pytest.mark.parametrize("name", LESSON)
def test_no_measurement_is_out_of_date(name):
    assert not measure.complaint(LESSON[name], notebooks.read_source(LESSON[name]))


@pytest.mark.parametrize("name", LESSON)
def test_a_record_has_a_day_a_processor_and_torch(name):
    for kept in measure.records(LESSON[name]).values():
        assert kept["measured"] >= "2026-11-01" and kept["processor"] and kept["torch"][0].isdigit()


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A lesson's topic and the library, to be changed: `copy(file, old, new)`; what is out of date then."""
    library, topics = tmp_path / "course/attention_lab", tmp_path / "solutions"
    shutil.copytree(record.FOLDERS["attention_lab"], library, ignore=shutil.ignore_patterns("__pycache__", "photos"))
    shutil.copytree(record.FOLDERS["solutions"] / "shared", topics / "shared",
                    ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(record, "FOLDERS", {**record.FOLDERS, "attention_lab": library, "solutions": topics})

    def change(file, old, new):
        path = tmp_path / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return measure.outdated(LESSON["02_eca"], PAGE)

    return change


@pytest.mark.parametrize("file, old, new, found", [
    ("course/attention_lab/networks/training.py", "model.train()", "model.eval()",
     {what: ["attention_lab/networks/training.py"] for what in ("experiments", "real pictures")}),
    ("course/attention_lab/networks/training.py", "Trains `model` in place", "Trains a `model` in place", {}),
    ("course/attention_lab/checking/facts/wording.py", "zero everywhere", "0 everywhere", {}),
    ("course/attention_lab/notebook/course_map.py", "builds on", "begins with", {}),
    ("course/attention_lab/course.toml", "minutes = 85", "minutes = 89", {}),
    ("solutions/shared/digit_net.py", "BATCH = ", "BATCH = 2 * ",
     {"real pictures": ["solutions/shared/digit_net.py"]}),
])
def test_what_puts_a_measurement_out_of_date(copy, file, old, new, found):
    assert copy(file, old, new) == found


def test_data_of_an_experiment_counts(monkeypatch):
    changed = {"experiments": measure.depends(LESSON["02_eca"], PAGE)["experiments"] | {"eca/real.json": "0"}}
    monkeypatch.setattr(measure, "depends", lambda *_: changed)
    assert measure.outdated(LESSON["02_eca"], PAGE) == {"experiments": ["eca/real.json"]}


def test_of_a_page_only_the_experiments_count_and_what_they_use():
    page = notebooks.read_source(LESSON["02_eca"])
    page.cells[-1:-1] = [v4.new_code_cell("print('nothing that an experiment uses')")]
    assert not measure.outdated(LESSON["02_eca"], page)
    page.cells[-1:-1] = [v4.new_code_cell("compare_arms = None")]
    assert measure.outdated(LESSON["02_eca"], page) == {"experiments": ["page.py"]}


def test_what_was_measured_is_kept_where_a_change_cannot_matter(copy, monkeypatch):
    copy("course/attention_lab/networks/training.py", "model.train()", "model.train(True)")
    said = measure.complaint(LESSON["02_eca"], PAGE)
    assert "attention_lab/networks/training.py" in said and "make measure LESSON=02_eca" in said
    written, before = {}, measure.records(LESSON["02_eca"])
    monkeypatch.setattr(measure, "_write", lambda lesson, kept: written.update(kept))
    measure.keep(LESSON["02_eca"], PAGE)
    monkeypatch.setattr(measure, "records", lambda _: written)
    assert not measure.complaint(LESSON["02_eca"], PAGE)
    assert written["experiments"]["measured"] == before["experiments"]["measured"]
