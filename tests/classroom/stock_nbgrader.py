"""What nbgrader does by itself where the course replaces it (nbgrader_plugin/replaced.py). Each function gets an empty
folder, and says whether nbgrader still does it.

    python stock_nbgrader.py FOLDER NAME...     some of them, as JSON; nothing of the course is imported
"""

import json
import os
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.writers import FilesWriter
from nbgrader import utils
from nbgrader.api import Assignment, Gradebook, SubmittedAssignment
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import Autograde, BaseConverter, GenerateAssignment, GenerateFeedback, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.server_extensions.formgrader import formgrader, handlers
from traitlets.config import Config

NINE = datetime(2026, 11, 20, 9)


def converter(folder, kind=Autograde, **options):
    return kind(coursedir=CourseDirectory(root=str(folder), assignment_id="ps1"), **options)


def file(folder, step, student, name="ps1.ipynb"):
    path = folder / step / student / "ps1" / name
    path.parent.mkdir(parents=True)
    if path.suffix == ".ipynb":
        nbformat.write(nbformat.v4.new_notebook(), path)
    else:
        path.touch()
    return path


def ids_are_patterns(folder):
    file(folder, "submitted", "li [a1]")
    found = converter(folder)
    for student in ("li [a1]", "*"):
        found.coursedir.student_id = student
        try:
            found.init_notebooks()
        except NbGraderException:
            return True
    return False


def missing_work_is_passed_over(folder):
    file(folder, "submitted", "ada")
    file(folder, "submitted", "bob", "notes.txt")
    (found := converter(folder)).init_notebooks()
    return len(found.assignments) == 1


def each_notebook_is_converted_twice(folder):
    converting = converter(folder, sanitize_preprocessors=[], autograde_preprocessors=[])
    converting.exporter, converting.writer = NotebookExporter(), FilesWriter(build_directory=str(folder))
    read = []
    converting.init_single_notebook_resources = lambda path: read.append(path) or {"nbgrader": {}}
    converting.write_single_notebook = lambda *_: None
    converting.convert_single_notebook(str(file(folder, "submitted", "ada").rename(folder / "ps1.ipynb")))
    return len(read) == 2


def corrected_work_is_not_graded(folder):
    file(folder, "autograded", "ada")
    file(folder, "submitted", "ada").write_text("corrected")
    return not converter(folder).init_destination("ps1", "ada")


def a_new_mark_misses_the_page(folder):
    file(folder, "feedback", "ada", "ps1.html")
    file(folder, "autograded", "ada").write_text("another mark")
    return not converter(folder, GenerateFeedback).init_destination("ps1", "ada")


class Failing(Autograde):
    def init_assignment(self, *names):
        raise RuntimeError(*names)


def a_failed_run_loses_earlier_work(folder):
    file(folder, "submitted", "ada")
    earlier = file(folder, "autograded", "ada")
    with suppress(NbGraderException):
        converter(folder, Failing, force=True).start()
    return not earlier.exists()


def no_hook_can_refuse(folder):
    def refuse(**_):
        raise NbGraderException

    try:
        converter(folder, GenerateAssignment, pre_convert_hook=refuse).run_pre_convert_hook()
    except NbGraderException:
        return False
    return True


def links_are_followed(folder):
    secret = folder / "secret"
    secret.touch()
    work = file(folder, "submitted", "ada").parent
    (work / "inside").touch()
    (work / "outside").symlink_to(secret)
    copied = folder / "autograded/ada/ps1"
    BaseConverter.init_assignment(converter(folder), "ps1", "ada")
    assert (copied / "inside").exists()
    return (copied / "outside").exists()


def offsets_are_seconds(folder):
    assert utils.parse_utc("2026-11-20 09:00:00 UTC") == NINE
    return utils.parse_utc("2026-11-20 01:00:00 -0800") != NINE or utils.parse_utc("2026-11-20 14:30:00 +0530") != NINE


def a_time_that_cannot_be_read_ends_a_list(folder):
    file(folder, "submitted", "ada", "timestamp.txt").write_text("soon")
    course = CourseDirectory(root=str(folder))
    try:
        course.get_existing_timestamp(str(folder / "submitted/ada/ps1"))
        NbGraderAPI(course).get_submitted_timestamp("ps1", "ada")
    except (AttributeError, ValueError):
        return True
    return False


def the_offset_is_todays(folder):
    course = CourseDirectory(root=str(folder), db_url=f"sqlite:///{folder}/gradebook.db")
    offsets = []
    for month in (1, 7):
        (folder / f"source/{month}").mkdir(parents=True)
        with Gradebook(course.db_url, course.course_id) as gradebook:
            gradebook.add_assignment(str(month), duedate=datetime(2026, month, 1))
        found = NbGraderAPI(course, config=Config(NbGraderAPI={"timezone": "Europe/Berlin"}))
        offsets.append(found.get_assignment(str(month), released={"another"})["duedate_timezone"])
    return offsets != ["+0100", "+0200"]


def an_extension_of_no_date_fails(folder):
    try:
        return bool(SubmittedAssignment(assignment=Assignment(name="ps1"), extension=timedelta(1)).duedate)
    except TypeError:
        return True


def half_a_second_is_late(folder):
    late = SubmittedAssignment(assignment=Assignment(name="ps1", duedate=NINE), timestamp=NINE + timedelta(seconds=0.5))
    return late.total_seconds_late > 0


def alembic_is_not_found(folder):
    path, os.environ["PATH"] = os.environ["PATH"], str(folder)
    try:
        Gradebook(f"sqlite:///{folder}/gradebook.db").close()
    except FileNotFoundError:
        return True
    finally:
        os.environ["PATH"] = path
    return False


def settings():
    """What formgrader gives to its server."""
    web, own = SimpleNamespace(settings={}), SimpleNamespace(
        url_prefix="", log=None, root_dir="", authenticator=None, config=Config(), coursedir=CourseDirectory())
    formgrader.FormgradeExtension.init_tornado_settings(own, web)
    return web.settings


def names_are_markup(folder):
    return "<b>" in settings()["nbgrader_jinja2_env"].from_string("{{ name }}").render(name="<b>")


def a_graded_link_is_shown(folder):
    link = folder / "ps1.ipynb"
    link.symlink_to(file(folder, "elsewhere", "ada"))
    return bool(settings()["nbgrader_exporter"].from_filename(str(link)))


def files_of_a_submission_run_as_pages(folder):
    handler = handlers.SubmissionFilesHandler.__new__(handlers.SubmissionFilesHandler)
    handler.application = SimpleNamespace(settings={})
    return "sandbox" not in handler.content_security_policy


if __name__ == "__main__":
    found = {}
    for name in sys.argv[2:]:
        (own := Path(sys.argv[1]).resolve() / name).mkdir()
        found[name] = globals()[name](own)
    print(json.dumps(found))
