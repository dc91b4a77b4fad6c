"""What the experiments measured was measured with the code that is here, or the record says why another one cannot
matter."""

import shutil

import pytest

from builder import build, measure, notebooks, record

pytestmark = pytest.mark.quick

LESSON = {lesson.name: lesson for lesson in build.lessons()}


@pytest.mark.parametrize("name", LESSON)
def test_no_measurement_is_out_of_date(name):
    assert not measure.complaint(LESSON[name], notebooks.read_source(LESSON[name]))


@pytest.mark.parametrize("name", LESSON)
def test_a_record_has_a_day_a_processor_and_torch(name):
    for kept in measure.records(LESSON[name]).values():
        assert kept["measured"] >= "2026-11-01" and kept["processor"] and kept["torch"][0].isdigit()
        assert all(reason["because"] and reason["changed"] for reason in kept.get("kept", ()))


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
        return measure.outdated(LESSON["02_eca"], notebooks.read_source(LESSON["02_eca"]))

    return change


@pytest.mark.parametrize("file, old, new, found", [
    ("course/attention_lab/networks/training.py", "model.train()", "model.eval()",
     {"experiments": ["attention_lab.networks.training.train"]}),
    ("course/attention_lab/networks/training.py", "Trains `model` in place", "Trains a `model` in place", {}),
    ("course/attention_lab/checking/facts/wording.py", "zero everywhere", "0 everywhere", {}),
    ("course/attention_lab/notebook/course_map.py", "builds on", "begins with", {}),
    ("course/attention_lab/course.toml", "minutes = 85", "minutes = 89", {}),
    ("solutions/shared/digit_net.py", "BATCH = ", "BATCH = 2 * ",
     {"real pictures": ["solutions.shared.digit_net.BATCH"]}),
])
def test_what_puts_a_measurement_out_of_date(copy, file, old, new, found):
    assert copy(file, old, new) == found


def test_a_further_exercise_makes_no_difference_to_the_runs_on_real_pictures(monkeypatch):
    eca, page = LESSON["02_eca"], notebooks.read_source(LESSON["02_eca"])
    added = {"solutions.eca.reference.double": "0", "solutions.eca.reference: torch.manual_seed(1)": "1"}
    more = {what: code | added for what, code in measure.depends(eca, page).items()}
    monkeypatch.setattr(measure, "depends", lambda *_: more)
    assert measure.outdated(eca, page) == {"experiments": sorted(added), "real pictures": sorted(added)[1:]}


def test_a_reason_keeps_a_measurement_and_stands_in_its_record(copy, tmp_path, monkeypatch):
    eca = LESSON["02_eca"]
    copy("course/attention_lab/networks/training.py", "model.train()", "model.train(True)")
    page = notebooks.read_source(eca)
    said = measure.complaint(eca, page)
    assert "attention_lab.networks.training.train" in said and "make measure LESSON=02_eca" in said
    written = {}
    monkeypatch.setattr(measure, "_write", lambda lesson, kept: written.update(kept))
    measure.excuse(eca, page, "train() means train(True)")
    monkeypatch.setattr(measure, "records", lambda _: written)
    assert not measure.complaint(eca, page)
    *_, reason = written["experiments"]["kept"]  # after those that were given before
    assert reason["because"] == "train() means train(True)" and reason["changed"] == [
        "attention_lab.networks.training.train"
    ]
