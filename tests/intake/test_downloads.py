"""A learning platform's download, in which learners chose names and made archives: whose each file is, and what is
left out."""

import io
import re
import stat
import zipfile

import pytest
from nbgrader.apps import ZipCollectApp
from traitlets.config import Config

from autograder.classroom import nbgrader_plugin
from autograder.classroom.nbgrader_plugin import zip_collect
from tests.intake.test_archives import HOSTILE
from tests.waiting import computed

LESSON = "01_se"


@pytest.fixture
def course(tmp_path):
    """A course with a released lesson and an empty folder for what is downloaded."""
    (tmp_path / f"release/{LESSON}").mkdir(parents=True)
    (tmp_path / f"release/{LESSON}/{LESSON}.ipynb").write_text("{}")
    (tmp_path / f"downloaded/{LESSON}/archive").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def listed(course):
    """The same with a roster, as Moodle's names need it."""
    people = ("Bob", "Cy", "Mallory", "Zoe", *"DEGHILT", *(f"N{number}" for number in range(20)))
    roster(course, "id,name\nada,Ada Byron\n" + "".join(f"{name.lower()},{name}\n" for name in people))
    return course


def roster(course, text):
    (course / "work").mkdir(exist_ok=True)
    (course / "work/roster.csv").write_text(text, encoding="utf-8")


def download(course, files, lesson=LESSON):
    """A zip of a platform: names with what each file holds."""
    folder = course / f"downloaded/{lesson}/archive"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in dict(files).items():
            archive.writestr(path, content)


def collect(course, platform, lesson=LESSON, force=False, **settings):
    """What zip_collect files under each student: {student: {file: content}}.
    And what it sets aside: {name as handed in: reason}."""
    config = Config()
    nbgrader_plugin.configure(config)
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.assignment_id = lesson
    config.ZipCollectApp.force = force
    config.Download.platform = platform
    config.Download.update(settings)
    app = ZipCollectApp(config=config)
    app.coursedir = nbgrader_coursedir(app)
    app.init_plugins()
    app.extract_archive_files()
    app.process_extracted_files()
    submitted = {}
    for path in (course / "submitted").glob(f"*/{lesson}/*"):
        submitted.setdefault(path.parts[-3], {})[path.name] = path.read_text()
    listed = course / f"downloaded/{lesson}/aside/list.txt"
    lines = [line.split(": ", 2) for line in listed.read_text().splitlines()] if listed.exists() else []
    return submitted, {name.removeprefix("class.zip/").removeprefix("class/"): why for _, name, why in lines}


def nbgrader_coursedir(app):
    from nbgrader.coursedir import CourseDirectory

    return CourseDirectory(parent=app)


MOODLE, TIME = "Ada Byron_7_assignsubmission_file_", "2026-11-20-10-00-00"


@pytest.mark.parametrize("platform, files, owners", [
    ("moodle", [f"{MOODLE}/01_se.ipynb", "Bob_8_assignsubmission_file/01_se.ipynb",
                "Cy_9_assignsubmission_file_01_se.ipynb"],
     ["ada", "bob", "cy"]),
    ("canvas", ["byronada_501_99001_01_se.ipynb", "leebob_LATE_502_99002_01_se-2.ipynb", "x_503_99003_10_se.ipynb"],
     ["501", "502", None]),
    ("blackboard", [f"Week 3_ada_attempt_{TIME}_01_se.ipynb", f"Week 3_leo_b_attempt_{TIME}_01_se.ipynb"],
     ["ada", "leo_b"]),
    ("blackboard", [f"Week_3_ada_attempt_{TIME}_01_se.ipynb", f"Week_3_bob_attempt_{TIME}_01_se.ipynb"], [None, None]),
    ("folders", ["ada/01_se.ipynb", "bob/home/01_se.ipynb"], ["ada", "bob"]),
    ("folders", ["class/ada/01_se.ipynb", "class/bob/01_se.ipynb"], ["ada", "bob"]),
    # What a learner chose comes behind what the platform wrote, and is not asked.
    ("moodle", [f"{MOODLE}/Bob_8_assignsubmission_file_/01_se.ipynb"], ["ada"]),
    ("moodle", ["Mallory_7_assignsubmission_file_Bob_8_assignsubmission_file_01_se.ipynb"], ["mallory"]),
    ("canvas", ["mallory_501_99001_9_1_01_se.ipynb"], [None]),  # a file's name with two more numbers
    ("canvas", ["mallory_9_501_99001_01_se.ipynb"], [None]),  # a name that ends in somebody's number
    ("canvas", ["x_9_attempt_99999999_01_se.ipynb", "anon_12345_99001_01_se.ipynb"], [None, None]),
    ("blackboard", [f"x_mallory_attempt_{TIME}_x_bob_attempt_2027-11-20-10-00-00_01_se.ipynb"], ["mallory"]),
    ("blackboard", ["x_ada_attempt_2026-99-20-10-00-00_01_se.ipynb"], [None]),
    ("folders", ["mallory/bob/01_se.ipynb", "bob/01_se.ipynb"], ["mallory", "bob"]),
    ("folders", ["01_se.ipynb", "a b/01_se.ipynb"], [None, None]),
    ("moodle", ["byronada_501_99001_01_se.ipynb", "bob/01_se.ipynb"], [None, None]),
])
def test_a_file_is_whose_the_platform_says(request, course, platform, files, owners):
    if platform == "moodle":
        request.getfixturevalue("listed")
    download(course, {name: name for name in files})
    submitted, aside = collect(course, platform)
    assert {content: student for student, own in submitted.items() for file, content in own.items()
            if file != "timestamp.txt"} == {
        name: owner for name, owner in zip(files, owners) if owner}
    assert set(aside) == {name for name, owner in zip(files, owners) if not owner} and all(aside.values())


def test_a_title_with_an_underscore_is_named_by_the_instructor(course):
    files = [f"Week_3_{user}_attempt_{TIME}_01_se.ipynb" for user in ("ada", "leo_b")]
    download(course, {name: name for name in files})
    submitted, aside = collect(course, "blackboard", title="Week_3")
    assert set(submitted) == {"ada", "leo_b"} and not aside
    assert submitted["ada"] == {"01_se.ipynb": files[0], "timestamp.txt": "2026-11-20 10:00:00"}


def test_an_instructors_own_pattern_takes_the_place_of_a_rule(course):
    download(course, {"01_se-by-ada.ipynb": "a", "01_se-by-...ipynb": "b", "other.ipynb": "c"})
    submitted, aside = collect(course, "", named_regexp=r".*/(?P<file_id>\w+)-by-(?P<student_id>[\w.]+)\.ipynb")
    assert submitted == {"ada": {"01_se.ipynb": "a"}} and set(aside) == {"01_se-by-...ipynb", "other.ipynb"}


@pytest.mark.parametrize("written, stamp", [
    ("2026-11-20T10-15-00", "2026-11-20 09:15:00+00:00"), ("2026-11-20 10-15 -0800", "2026-11-20 18:15:00+00:00"),
    ("2026-10-25T02-30-00", None), ("20.11.2026 10-15", None)])
def test_a_time_in_an_instructors_own_pattern_is_in_the_courses_zone(course, written, stamp):
    (course / "work").mkdir()
    (course / "work/course.toml").write_text('timezone = "Europe/Berlin"')
    download(course, {f"01_se-by-ada-at-{written}.ipynb": "a"})
    pattern = r".*/(?P<file_id>\w+)-by-(?P<student_id>\w+)-at-(?P<timestamp>.+)\.ipynb"
    submitted, aside = collect(course, "", named_regexp=pattern)
    assert submitted == ({"ada": {"01_se.ipynb": "a", "timestamp.txt": stamp}} if stamp else {})
    assert stamp or "write it like 2026-11-20 23:59:00 +0100" in next(iter(aside.values()))


def test_without_a_platform_nothing_is_unpacked(course, capfd):
    download(course, {f"{MOODLE}/01_se.ipynb": "a"})
    with pytest.raises(SystemExit):
        collect(course, "")
    assert "--Download.platform=moodle|canvas|blackboard|folders" in capfd.readouterr().err
    assert not (course / f"downloaded/{LESSON}/extracted").exists() or not any(
        (course / f"downloaded/{LESSON}/extracted").iterdir()
    )


def test_of_two_files_for_one_place_none_is_taken_unless_the_time_tells(course):
    download(course, {"ada_501_1_01_se.ipynb": "one", "ada_501_2_01_se-1.ipynb": "two", "ada_501_3_notes.v2.ipynb": "n",
                      "bob_502_4_01_se.ipynb": "bob's"})
    submitted, aside = collect(course, "canvas")
    assert submitted == {"501": {"notes.v2.ipynb": "n"}, "502": {"01_se.ipynb": "bob's"}}
    assert aside["ada_501_1_01_se.ipynb"] == "501 handed in 2 files for 01_se"
    kept = [path.read_text() for path in sorted((course / f"downloaded/{LESSON}/aside").glob("*.ipynb"))]
    assert kept == ["one", "two"]


def test_of_several_attempts_the_newest_counts(course):
    times = ("2026-11-20-10-00-00", "2026-11-21-10-00-00", "2026-11-19-10-00-00")
    download(course, {f"x_ada_attempt_{each}_01_se.ipynb": each for each in times})
    submitted, aside = collect(course, "blackboard")
    assert submitted["ada"]["01_se.ipynb"] == times[1] and submitted["ada"]["timestamp.txt"] == "2026-11-21 10:00:00"
    assert set(aside.values()) == {"ada handed in a newer 01_se"}


def test_who_was_collected_before_is_left_alone_and_stops_nobody(listed):
    (listed / f"submitted/ada/{LESSON}").mkdir(parents=True)
    (listed / f"submitted/ada/{LESSON}/01_se.ipynb").write_text("before")
    download(listed, {f"{MOODLE}/01_se.ipynb": "now", "Bob_8_assignsubmission_file_/01_se.ipynb": "bob's"})
    submitted, aside = collect(listed, "moodle")
    assert (
        submitted == {"ada": {"01_se.ipynb": "before"}, "bob": {"01_se.ipynb": "bob's"}}
        and "--force" in aside[f"{MOODLE}/01_se.ipynb"]
    )


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def packed(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_brings_plain_files_with_plain_names(listed, course, tmp_path):
    with zipfile.ZipFile(course / f"downloaded/{LESSON}/archive/class.zip", "w") as archive:
        archive.writestr(f"{MOODLE}/01_se.ipynb", "a")
        archive.writestr(link("L_1_assignsubmission_file_/01_se.ipynb"), "/etc/passwd")
        archive.writestr("../../../up.ipynb", "up")
        archive.writestr("/tmp/absolute.ipynb", "abs")
        archive.writestr("E_2_assignsubmission_file_/01_se.ipynb\x1b[2J", "e")
        archive.writestr("T_3_assignsubmission_file_/01_se.ipynb.txt", "t")
        archive.writestr("a/" * 9 + "deep.ipynb", "deep")
        archive.writestr(f"{MOODLE}/.ipynb_checkpoints/01_se-checkpoint.ipynb", "no")
        archive.writestr("__MACOSX/._01_se.ipynb", "no")
        for _ in range(2):
            archive.writestr("D_4_assignsubmission_file_/01_se.ipynb", "twice")
    before = {path for path in tmp_path.rglob("*") if "downloaded" not in path.parts}
    submitted, aside = collect(course, "moodle")
    assert submitted == {"ada": {"01_se.ipynb": "a"}}
    assert {path for path in tmp_path.rglob("*")
            if not {"downloaded", "submitted"} & {*path.parts}} - {
        course / "gradebook.db", course / "work/participants.csv"} == before
    assert aside["L_1_assignsubmission_file_/01_se.ipynb"] == "it is a link"
    assert aside["../../../up.ipynb"] == aside["/tmp/absolute.ipynb"] == "its name could lead out of the folder"
    assert aside["E_2_assignsubmission_file_/01_se.ipynb"] == "its name can't be printed"
    assert "does not end in .ipynb" in aside["T_3_assignsubmission_file_/01_se.ipynb.txt"]
    assert "more than once" in aside["D_4_assignsubmission_file_/01_se.ipynb"] and len(aside) == 7
    kept = {path.read_text() for path in (course / f"downloaded/{LESSON}/aside").glob("*.ipynb")}
    assert kept == {"up", "abs", "e", "t", "deep"}


@pytest.mark.parametrize("platform, name, student", [
    ("moodle", "Ada Byron_7_assignsubmission_file_/work.zip", "ada"),
    ("moodle", "Ada Byron_7_assignsubmission_file_work.zip", "ada"),
    ("canvas", "byronada_501_99001_work.zip", "501"), ("folders", "ada/work.zip", "ada"),
    ("blackboard", f"Week 3_ada_attempt_{TIME}_work.zip", "ada"),
])
def test_an_archive_inside_is_kept_and_can_be_collected(request, course, platform, name, student):
    """By what the list says."""
    if platform == "moodle":
        request.getfixturevalue("listed")
    theirs = packed([("Bob_8_assignsubmission_file_/01_se.ipynb", "a"), ("work.zip", packed([("b.ipynb", "b")]))])
    download(course, {name: theirs, "bob/x_502_1_01_se.ipynb": "bob's"})
    submitted, aside = collect(course, platform)
    kept = course / f"downloaded/{LESSON}/aside/0001.zip"
    assert student not in submitted and kept.read_bytes() == theirs
    folder = course / f"downloaded/{LESSON}/archive" / re.search("into the folder archive/(.*)/ and", aside[name])[1]
    folder.mkdir(parents=True)
    kept.rename(folder / "work.zip")
    assert collect(course, platform, force=True)[0][student]["01_se.ipynb"] == "a"


def test_a_class_of_files_that_are_too_much_together_keeps_the_small_ones(listed, course, monkeypatch):
    monkeypatch.setattr(zip_collect, "CLASS", (100, 5_000_000))
    files = {f"N{number}_{number}_assignsubmission_file_/01_se.ipynb": "0" * 2_000_000 for number in range(1, 5)}
    download(course, files | {f"{MOODLE}/01_se.ipynb": "small"})
    submitted, aside = collect(course, "moodle")
    assert (
        len(submitted) == 3
        and submitted["ada"] == {"01_se.ipynb": "small"}
        and "the rest was left out" in aside["class.zip"]
    )


def test_an_archive_that_never_ends_costs_the_others_nothing(listed, course):
    claims = HOSTILE["pax: a claim"][0]()
    (course / f"downloaded/{LESSON}/archive/a.tar.gz").write_bytes(claims)
    download(course, {f"{MOODLE}/01_se.ipynb": "a", "Bob_8_assignsubmission_file_/work.tar.gz": claims})
    began = computed()
    submitted, aside = collect(course, "moodle")
    assert computed() - began < 30 and submitted == {"ada": {"01_se.ipynb": "a"}}
    assert "1 file came out of it" in aside["a.tar.gz"] and len(aside) == 4


def test_loose_files_and_folders_are_collected_as_well(listed, course, tmp_path):
    folder = course / f"downloaded/{LESSON}/archive/{MOODLE}"
    folder.mkdir()
    (folder / "01_se.ipynb").write_text("a")
    other = course / f"downloaded/{LESSON}/archive/Bob_8_assignsubmission_file_"
    other.mkdir()
    (tmp_path / "seed").write_text("secret")
    (other / "01_se.ipynb").symlink_to(tmp_path / "seed")
    # A learner's archive beside it is the learner's, whatever it holds.
    (folder / "more.zip").write_bytes(packed([("Cy_9_assignsubmission_file_/notes.ipynb", "mine")]))
    submitted, aside = collect(course, "moodle")
    assert submitted == {"ada": {"01_se.ipynb": "a", "notes.ipynb": "mine"}} and list(aside) == ["01_se.ipynb"]


def test_a_name_without_end_is_listed_by_its_beginning(listed, course, capfd):
    download(course, {"x" * 60_000 + ".ipynb": "a", f"{MOODLE}/01_se.ipynb": "b"})
    submitted, aside = collect(course, "moodle")
    assert submitted == {"ada": {"01_se.ipynb": "b"}} and list(aside.values()) == ["its name is too long"]
    listed = course / f"downloaded/{LESSON}/aside/list.txt"
    assert len(listed.read_text()) < 1_000 and "x" * 1_000 not in capfd.readouterr().err
