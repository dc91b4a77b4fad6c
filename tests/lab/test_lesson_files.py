"""Where a notebook's lesson is found: alone in a folder, with a class's files beside it, or as a lesson of somebody's
own."""

import shutil
from pathlib import Path

import pytest

from attention_lab import begin, check, lesson_files, progress, solution
from attention_lab.checking.known import recorded
from attention_lab.notebook.course_map import CourseMap
from attention_lab.notebook.review import review
from autograder.lessons.course import COURSE, files_of, lessons

pytestmark = pytest.mark.quick

WRONG = "return x.sum(dim=(2, 3))"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder; no first cell has run."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    monkeypatch.chdir(folder)
    lesson_files.begun.clear()
    return folder


def squeeze(body="return x.mean(dim=(2, 3))"):
    namespace = {"__name__": "__main__"}
    exec(f"def squeeze(x):\n    {body}", namespace)
    return namespace["squeeze"]


def old_checks(folder, lesson="01_se", **fields):
    """Recorded checks beside a notebook, with another sentence about a mistake than the library's."""
    exercise = recorded.load(files_of("01_se") / recorded.FOLDER, "squeeze")
    exercise.mistakes[0].sentence = "An older sentence."
    vars(exercise).update(fields)
    (folder / recorded.FOLDER).mkdir(exist_ok=True)
    (folder / recorded.FOLDER / "squeeze.check").write_bytes(recorded.to_bytes(exercise, lesson, "Old"))


def notebook(folder, lesson):
    shutil.copy(COURSE / lesson / f"{lesson}.ipynb", folder)


def test_exercises_have_names_of_their_own():
    """So a check finds its lesson by the exercise where nothing else names it. Code to be repaired may be called as in
    another lesson."""
    names = [each.name for lesson in lessons() for each in recorded.load_all(files_of(lesson.name) / recorded.FOLDER)
             if not each.like]
    assert len(set(names)) == len(names)


def test_a_notebook_alone_is_checked_by_its_exercise_even_if_no_first_cell_ran(here):
    assert check(squeeze()) == 2.0 and check(squeeze(WRONG)) < 2.0
    assert "No lesson here" in repr(progress())


@pytest.mark.parametrize("how", ["its name", "its first cell", "its folder"])
def test_a_notebook_alone_knows_its_lesson(here, monkeypatch, how):
    if how == "its name":
        notebook(here, "01_se")
    elif how == "its first cell":
        begin("01_se")
    else:
        (here / "01_se").mkdir()
        monkeypatch.chdir(here / "01_se")
    check(squeeze())
    assert repr(progress()).startswith("○ 01_se: ") and "2 of 11" in repr(progress())
    assert "▶  01" in repr(CourseMap(Path.cwd())) and "2 of 11" in repr(CourseMap(Path.cwd()))
    assert "come on" in repr(review()) and "three different tries" in repr(solution("Excitation"))
    assert lesson_files.handed_out("real.json").exists()
    with pytest.raises(ValueError, match="not an exercise of this lesson"):
        check(lambda x: x)


def test_of_several_lessons_in_a_folder_each_exercise_finds_its_own(here):
    for lesson in ("00_warmup", "01_se"):
        notebook(here, lesson)
    begin("00_warmup")
    assert check(squeeze()) == 2.0 and repr(progress()).startswith("○ 00_warmup: ")
    assert CourseMap(here)._repr_html_().count("0 of 11") == 1  # 00; of 01 squeeze is solved


def test_of_exercises_of_one_name_the_one_counts_whose_first_cell_ran_last(here):
    assert lesson_files.home(here, "ExhibitA") == here  # nobody knows which
    for lesson in ("02_eca", "03_cbam", "02_eca"):
        notebook(here, lesson)
        begin(lesson)
        assert lesson_files.home(here, "ExhibitA") == lesson_files.kit(lesson)


def test_the_first_cell_brings_the_pictures_and_changes_no_file(here, capsys):
    begin("01_se")
    pictures = {path.name: path.read_bytes() for path in (COURSE / "01_se/figures").iterdir()}
    assert {path.name: path.read_bytes() for path in (here / "figures").iterdir()} == pictures
    (here / "figures/squeeze.svg").unlink()
    (here / "figures/question.svg").write_text("mine")
    assert not capsys.readouterr().out
    begin("01_se")
    assert (here / "figures/squeeze.svg").read_bytes() == pictures["squeeze.svg"]
    assert (here / "figures/question.svg").read_text() == "mine" and "other pictures" in capsys.readouterr().out


def test_the_pictures_go_through_no_link_and_a_folder_that_cannot_be_written_is_one_line(here, tmp_path, capsys):
    (tmp_path / "elsewhere").mkdir()
    (here / "figures").symlink_to(tmp_path / "elsewhere")
    begin("01_se")
    assert not [*(tmp_path / "elsewhere").iterdir()] and "can't be brought here" in capsys.readouterr().out


def test_the_librarys_check_counts_and_the_report_says_that_another_lies_beside(here, capsys):
    notebook(here, "01_se")
    shutil.copytree(files_of("01_se") / recorded.FOLDER, here / recorded.FOLDER)
    check(squeeze(WRONG))
    assert "beside this notebook" not in capsys.readouterr().out
    old_checks(here)
    check(squeeze(WRONG))
    said = capsys.readouterr().out
    assert "beside this notebook have different checks of squeeze. The newer one was used: the library's." in said
    assert "An older sentence." not in said
    (here / recorded.FOLDER / "squeeze.check").write_text("{")
    assert check(squeeze()) == 2.0


def test_a_newer_check_beside_the_notebook_counts_if_this_library_can_read_it(here, capsys):
    """As where an instructor has changed what an exercise is worth, and released the lesson again."""
    old_checks(here, points=7.0)
    file = here / recorded.FOLDER / "squeeze.check"
    file.write_bytes(recorded.dated(file.read_bytes(), "2100-01-01T00:00:00"))
    assert check(squeeze(WRONG)) < check(squeeze()) == 7.0 and "0 of 7" not in repr(progress())
    assert "The newer one was used: the folder's." in capsys.readouterr().out
    file.write_bytes(file.read_bytes()[:-100])
    assert check(squeeze()) == 2.0


def test_a_lesson_that_the_library_does_not_know_has_its_checks_beside_it(here, capsys):
    begin("own_pooling")
    assert "keep the notebook beside its folder `checks`" in capsys.readouterr().out
    old_checks(here, "own_pooling", points=7.0)
    begin("own_pooling")
    assert check(squeeze()) == 7.0 and repr(progress()).startswith("✓ own_pooling: Old")
    assert "another check" not in capsys.readouterr().out
    begin("02_eca")
    assert check(squeeze()) == 7.0  # by its name, although another lesson's notebook lies there


def test_a_strangers_name_of_a_lesson_leads_nowhere_else(here):
    old_checks(here, "../lessons/se")
    assert lesson_files.home(here) == here
