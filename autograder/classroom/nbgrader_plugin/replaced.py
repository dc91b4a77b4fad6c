"""What stands in place of nbgrader's own classes and methods where a lesson of ours is meant: two tables, which
install themselves.

An entry's name is also that of a function in tests/classroom/stock_nbgrader.py, which shows nbgrader's own behaviour.
Once that has changed, a test fails, and the entry can be reconsidered. If the behaviour is a plain bug,
docs/upstream/<name>.patch mends it in nbgrader itself.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import Any

from autograder.classroom.nbgrader_plugin.whose import asked_for_ours, share_the_course

SEEN_IN = ("0.9.5", "0.9.6")  # the versions of nbgrader that behave like this
FORMGRADER = "nbgrader.server_extensions.formgrader.formgrader"
CONVERTERS, API, COURSE = "nbgrader.converters", "nbgrader.apps.api:NbGraderAPI", "nbgrader.coursedir:CourseDirectory"
PARSE_UTC = "nbgrader.utils:parse_utc"


# For a lesson of ours, nbgrader makes an object of our class instead of its own.
EXCHANGE, PLUGINS = "nbgrader.exchange.default", "nbgrader.plugins"
CLASSES = {
    f"{CONVERTERS}:GenerateAssignment": "converters:LessonAssignment",
    f"{CONVERTERS}:Autograde": "converters:LessonAutograde",
    f"{CONVERTERS}:GenerateFeedback": "converters:LessonFeedback",
    f"{EXCHANGE}:ExchangeCollect": "exchange_collect:Collect",
    f"{EXCHANGE}:ExchangeList": "released:List",
    f"{EXCHANGE}:ExchangeReleaseFeedback": "released:ReleaseFeedback",
    f"{PLUGINS}:ExtractorPlugin": "zip_collect:Unpack",
    f"{PLUGINS}:FileNameCollectorPlugin": "zip_collect:Download",
    f"{PLUGINS}:CsvExportPlugin": "csv_export:Csv",
}


@dataclass(frozen=True)
class Replaced:
    """why: what nbgrader does. methods: nbgrader's, each with ours, which is in this package and asks whose the
    assignment is. Without methods, one of our classes overrides it."""

    name: str
    why: str
    methods: dict[str, str] = field(default_factory=dict)


REPLACED = (
    Replaced("ids_are_patterns", "It takes ids and the course's path for patterns, so it never finds `li [a1]`.", {
        f"{API}.autograde": "formgrader:autograde",
        f"{API}.generate_feedback": "formgrader:generate_feedback",
        f"{API}.release_feedback": "formgrader:release_feedback"}),
    Replaced("missing_work_is_passed_over", "It passes over a folder without a notebook, and stops at one whose "
             "notebooks all have other names."),
    Replaced("each_notebook_is_converted_twice", "It writes the sanitized notebook, and then reads it again."),
    Replaced("corrected_work_is_not_graded", "It grades again only if a timestamp is newer, so it misses a corrected "
             "notebook and a gradebook that was lost."),
    Replaced("a_new_mark_misses_the_page", "It makes a page again only if a timestamp is newer, so it misses a mark by "
             "hand."),
    Replaced("a_failed_run_loses_earlier_work", "It removes the earlier folder before the new one is complete."),
    Replaced("no_hook_can_refuse", "It goes on after a hook has failed, and a preprocessor that fails ends in a "
             "traceback."),
    Replaced("links_are_followed", "It copies the file to which a link in a submission leads, and hangs at pipes."),
    Replaced("offsets_are_seconds", "It takes the offset of a due date, such as -0800, for 800 seconds.", {
        PARSE_UTC: "hand_in_time:parse_utc"}),
    Replaced("a_time_that_cannot_be_read_ends_a_list", "It fails at a hand-in time that it can't read. It also follows "
             "links, reads files of any size, and guesses at a zone that it does not know.", {
                 f"{COURSE}.get_existing_timestamp": "hand_in_time:get_existing_timestamp",
                 f"{API}.get_submitted_timestamp": "hand_in_time:get_submitted_timestamp"}),
    Replaced("the_offset_is_todays", "In formgrader's form, a due date has the offset of today.", {
        f"{API}.get_assignment": "hand_in_time:get_assignment"}),
    Replaced("an_extension_of_no_date_fails", "It adds an extension to a due date that does not exist.", {
        "nbgrader.api:SubmittedAssignment.duedate": "hand_in_time:duedate"}),
    Replaced("half_a_second_is_late", "It counts microseconds.", {
        "nbgrader.api:SubmittedAssignment.total_seconds_late": "hand_in_time:total_seconds_late"}),
    Replaced("names_are_markup", "formgrader's lists show a student's id and name without escaping.", {
        f"{FORMGRADER}:Environment": "formgrader:Escaping"}),
    Replaced("a_graded_link_is_shown", "formgrader follows links to notebooks, and reads notebooks of any size.", {
        f"{FORMGRADER}:HTMLExporter": "formgrader:SubmissionPage"}),
    Replaced("files_of_a_submission_run_as_pages", "formgrader serves the files beside a notebook from its own "
             "address, with the instructor's rights.", {
                 f"{FORMGRADER}:handlers.default_handlers": "formgrader:HANDLERS"}),
)


def install(shared: bool) -> None:
    """Puts our classes and methods in place of nbgrader's. Those for formgrader need its server, so they wait until it
    is imported. shared: whether the course has assignments of an instructor's own, too."""
    share_the_course(shared)
    for theirs, ours in CLASSES.items():
        _choose(resolve_name(theirs), ours)
    for each in REPLACED:
        for theirs, ours in each.methods.items():
            # the function can't know for which assignment it is called
            if (FORMGRADER in sys.modules or not ours.startswith("formgrader:")) and not (
                    shared and theirs == PARSE_UTC):
                module, _, path = theirs.partition(":")
                *owner, name = path.split(".")
                setattr(resolve_name(f"{module}:{'.'.join(owner)}"), name, resolve_name(f"{__package__}.{ours}"))


def _choose(theirs: Any, ours: str) -> None:
    """From now on, making an object of their class makes one of ours, if it is asked for a lesson of ours."""
    def new(kind: Any, *given: Any, **options: Any) -> Any:
        if kind is theirs and asked_for_ours(options):
            kind = resolve_name(f"{__package__}.{ours}")
        return super(theirs, kind).__new__(kind, *given, **options)

    theirs.__new__ = new
