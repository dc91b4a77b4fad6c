"""What stands in place of nbgrader's own methods, because nbgrader has no setting for it: one table, which installs
itself.

An entry's name is also that of a function in tests/classroom/stock_nbgrader.py, which shows nbgrader's own behaviour.
Once that has changed, a test fails, and the entry can be reconsidered. If the behaviour is a plain bug,
docs/upstream/<name>.patch mends it in nbgrader itself.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pkgutil import resolve_name

SEEN_IN = ("0.9.5", "0.9.6")  # the versions of nbgrader that behave like this
FORMGRADER = "nbgrader.server_extensions.formgrader.formgrader"
CONVERTERS, API, COURSE = "nbgrader.converters", "nbgrader.apps.api:NbGraderAPI", "nbgrader.coursedir:CourseDirectory"


@dataclass(frozen=True)
class Replaced:
    """why: what nbgrader does. methods: nbgrader's, each with ours, which is in this package."""

    name: str
    why: str
    methods: dict[str, str]


REPLACED = (
    Replaced("ids_are_patterns", "It takes ids and the course's path for patterns, so it never finds `li [a1]`.", {
        f"{CONVERTERS}:BaseConverter.init_notebooks": "student_folders:init_notebooks",
        f"{API}.autograde": "formgrader:autograde",
        f"{API}.generate_feedback": "formgrader:generate_feedback",
        f"{API}.release_feedback": "formgrader:release_feedback"}),
    Replaced("missing_work_is_passed_over", "It passes over a folder without a notebook, and stops at one whose "
             "notebooks all have other names.", {
                 f"{CONVERTERS}:Autograde.init_notebooks": "exporter:init_notebooks"}),
    Replaced("each_notebook_is_converted_twice", "It writes the sanitized notebook, and then reads it again.", {
        f"{CONVERTERS}:Autograde.convert_single_notebook": "exporter:convert_single_notebook"}),
    Replaced("corrected_work_is_not_graded", "It grades again only if a timestamp is newer, so it misses a corrected "
             "notebook and a gradebook that was lost.", {
                 f"{CONVERTERS}:Autograde.init_destination": "graded:init_destination"}),
    Replaced("a_new_mark_misses_the_page", "It makes a page again only if a timestamp is newer, so it misses a mark by "
             "hand.", {
                 f"{CONVERTERS}:GenerateFeedback.init_destination": "made_from:init_destination",
                 f"{CONVERTERS}:GenerateFeedback.write_single_notebook": "made_from:write_single_notebook"}),
    Replaced("a_failed_run_loses_earlier_work", "It removes the earlier folder before the new one is complete.", {
        f"{CONVERTERS}:{converter}.{name}": f"unfinished:{ours}" for converter in ("Autograde", "GenerateFeedback")
        for name, ours in (("_format_dest", "format_dest"), ("run_post_convert_hook", "run_post_convert_hook"))}),
    Replaced("no_hook_can_refuse", "It goes on after a hook has failed, and a preprocessor that fails ends in a "
             "traceback.", {
                 f"{CONVERTERS}:GenerateAssignment.init_notebooks": "gradable:init_notebooks",
                 f"{CONVERTERS}:GenerateAssignment.init_assignment": "gradable:init_assignment"}),
    Replaced("links_are_followed", "It copies the file to which a link in a submission leads, and hangs at pipes.", {
        f"{CONVERTERS}:BaseConverter.init_assignment": "copy_files:init_assignment"}),
    Replaced("offsets_are_seconds", "It takes the offset of a due date, such as -0800, for 800 seconds.", {
        "nbgrader.utils:parse_utc": "hand_in_time:parse_utc"}),
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


def install() -> None:
    """Puts our methods in place of nbgrader's. Those for formgrader need its server, so they wait until it is imported.
    """
    for each in REPLACED:
        for theirs, ours in each.methods.items():
            if FORMGRADER in sys.modules or not ours.startswith("formgrader:"):
                module, _, path = theirs.partition(":")
                *owner, name = path.split(".")
                setattr(resolve_name(f"{module}:{'.'.join(owner)}"), name, resolve_name(f"{__package__}.{ours}"))
