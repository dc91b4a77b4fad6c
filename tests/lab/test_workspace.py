"""A learner's copy: nothing of theirs is ever lost, whatever the course does."""

import shutil

import pytest

from attention_lab import workspace

pytestmark = pytest.mark.quick


@pytest.fixture
def folders(course, tmp_path):
    """A course that can be changed, and an empty place for the learner."""
    for lesson in course.glob("*/figures"):
        shutil.copytree(lesson.parent, tmp_path / "course" / lesson.parent.name)
    return tmp_path / "course", tmp_path / "my"


def notebook(folder):
    return folder / "01_se/01_se.ipynb"


def test_a_first_copy_is_complete(folders):
    course, my = folders
    assert any("01_se: new" in line for line in workspace.copy(course, my))
    for part in (course / "01_se").rglob("*"):
        if part.is_file():
            assert (my / part.relative_to(course)).read_bytes() == part.read_bytes()
    assert workspace.copy(course, my) == []


def test_a_learners_notebook_survives_an_update_and_figures_do_not_grow_old(folders):
    course, my = folders
    workspace.copy(course, my)
    notebook(my).write_text("my work")
    notebook(course).write_text("a new release")
    (course / "01_se/figures/new.svg").write_text("<svg/>")
    said = workspace.copy(course, my)
    assert notebook(my).read_text() == "my work"
    assert (my / "01_se/figures/new.svg").exists()
    assert (
        "newer version" in said[0] and "make reset LESSON=01_se" in said[0] and f"reset {course} {my} 01_se`" in said[0]
    )


def test_an_untouched_notebook_follows_an_update(folders):
    course, my = folders
    workspace.copy(course, my)
    notebook(course).write_text("a new release")
    assert "updated" in workspace.copy(course, my)[0]
    assert notebook(my).read_text() == "a new release"


def test_a_notebook_that_was_there_before_is_kept(folders):
    course, my = folders
    notebook(my).parent.mkdir(parents=True)
    notebook(my).write_text("brought along")
    workspace.copy(course, my)
    assert notebook(my).read_text() == "brought along"


def test_a_reset_keeps_the_old_copy_however_often(folders):
    course, my = folders
    workspace.copy(course, my)
    kept = []
    for text in ("first try", "second try"):
        notebook(my).write_text(text)
        (my / "01_se/.progress.json").write_text('{"squeeze": 2}')
        kept.append(workspace.reset(course, my, "01_se"))
        assert notebook(my).read_bytes() == notebook(course).read_bytes()
        assert not (my / "01_se/.progress.json").exists()
    assert [(folder / "01_se.ipynb").read_text() for folder in kept] == ["first try", "second try"]


def test_an_unknown_lesson_is_refused_with_the_known_ones(folders):
    course, my = folders
    with pytest.raises(ValueError, match="no lesson '99_nothing'.*01_se"):
        workspace.reset(course, my, "99_nothing")
    assert not my.exists()


@pytest.mark.parametrize("command, message", [("copy", "no lesson in"), ("reset", "reset takes a LESSON")])
def test_the_command_says_what_is_wrong(tmp_path, monkeypatch, capsys, command, message):
    monkeypatch.setattr("sys.argv", ["workspace", command, str(tmp_path), str(tmp_path / "my")])
    with pytest.raises(SystemExit) as ended:
        workspace.main()
    assert ended.value.code == 2 and message in capsys.readouterr().err
