"""formgrader and the feedback in a real browser: an instructor grades, reads, and nothing that a learner wrote runs."""

from urllib.parse import quote

import pytest

from tests.browser.lab import Lab, missing_tools, wait_for
from tests.conftest import need

from .conftest import CLASS
from .pupils import LESSON

IDS = {pupil.student.split()[0]: pupil.student for pupil in CLASS}


class Formgrader(Lab):
    """The instructor's pages of a course."""

    def page(self, path: str, ready: str) -> None:
        """Open a page below /formgrader, or a file's address, and wait for `ready` (a CSS selector)."""
        self.driver.get(path if "://" in path else f"http://127.0.0.1:{self.port}/formgrader/{path}")
        wait_for(f"{ready} on {path}", lambda: self.js("return document.querySelector(arguments[0])", ready))

    def text(self) -> str:
        return self.js("return document.body.innerText")

    def nothing_ran(self) -> None:
        """No marker of the hostile learner, now or after every handler had its chance, and nothing to click that
        would set it."""
        self.js("document.querySelectorAll('#notebook *, table *, .breadcrumb *').forEach(e => e.dispatchEvent(new "
                "Event('mouseover')))")
        assert self.js("return window.pwned") is None, self.driver.current_url
        links = self.js("return [...document.querySelectorAll('[href], [src], [action]')].map(e => e.href || e.src || "
                        "e.action || '')")
        assert not [link for link in links if isinstance(link, str)
                    and link.strip().lower().startswith(("javascript:", "data:text"))]

    def top(self, selector: str) -> None:
        """Scroll to the first element that fits."""
        self.js("document.querySelector(arguments[0]).scrollIntoView(); window.scrollBy(0, -70)", selector)


@pytest.fixture(scope="module")
def lab(graded):
    need(missing_tools())
    with Formgrader(graded.folder) as lab:
        yield lab


def submission(course, student: str) -> str:
    with course.gradebook() as gradebook:
        return f"submissions/{gradebook.find_submission_notebook(LESSON, LESSON, student).id}/"


def test_the_list_of_assignments(lab):
    lab.page("manage_assignments", "td.num-submissions a")
    assert LESSON in lab.text() and str(len(CLASS)) in lab.text()
    lab.nothing_ran()
    lab.screenshot("formgrader-assignments")


def test_the_autograde_button_grades_one_submission(lab, graded):
    before = graded.autograded("dora").read_bytes(), graded.grades()
    graded.autograded("dora").unlink()
    lab.page(f"manage_submissions/{LESSON}", "td.autograde a")
    lab.nothing_ran()
    lab.screenshot("formgrader-submissions")
    lab.js("[...document.querySelectorAll('tr')].find(r => r.querySelector('.student-id')?.innerText === 'dora')"
           ".querySelector('.autograde a').click()")
    wait_for("the end of autograding", lambda: lab.js("return document.querySelector('.modal.in, .modal.show')"), 120)
    assert f"Successfully autograded '{LESSON}' for student 'dora'" in lab.text()
    assert (graded.autograded("dora").read_bytes(), graded.grades()) == before
    lab.screenshot("formgrader-autograded")


@pytest.mark.parametrize("path, ready", [
    ("gradebook", "td.name a"), (f"gradebook/{LESSON}", "td.name a"), (f"gradebook/{LESSON}/{LESSON}", "td.name a"),
    ("manage_students", "td.name a"), (f"manage_students/{IDS['uma']}/{LESSON}", "td.name"),
    *((f"manage_students/{quote(IDS['vic'])}{rest}", ".breadcrumb") for rest in ("", f"/{LESSON}"))])
def test_lists_show_hostile_names_as_text(lab, path, ready):
    lab.page(path, ready)
    lab.js("document.querySelector('#toggle_names')?.click()")
    if "/" not in path and path != "gradebook" or path.endswith(f"{LESSON}/{LESSON}"):
        assert "Mall, <script>" in lab.text()
    if "vic" in path:
        assert IDS["vic"] in lab.text()
    lab.nothing_ran()
    lab.screenshot(f"formgrader-{path.split('/')[0]}-{path.count('/')}")


@pytest.mark.parametrize("student", ["uma", "vic", "dora", "sue", "hal"])
def test_a_submission_is_shown_and_runs_nothing(lab, graded, student):
    lab.page(submission(graded, IDS[student]), ".score")
    lab.js("toggle_name(true)")
    lab.nothing_ran()
    shown = {"uma": "Mall, <script>", "vic": IDS["vic"], "dora": "SE takes the mean", "sue": "ends in the middle",
             "hal": "never stops"}
    assert shown[student] in lab.text()
    lab.top("#squeeze-check" if student in ("dora", "vic") else "#notebook")
    lab.screenshot(f"submission-{student}")


@pytest.mark.parametrize("student", ["ada", "uma"])
def test_points_stand_in_their_boxes_whatever_a_heading_is_called(lab, graded, student):
    lab.page(submission(graded, IDS[student]), ".score")
    boxes = "return [...document.querySelectorAll('input.score')].map(box => box.placeholder).join()"
    wait_for("the points", lambda: lab.js(boxes) == "2,3,4,1,1")


@pytest.mark.parametrize("student", ["ada", "uma", "vic", "dora", "sue"])
def test_feedback_is_shown_and_runs_nothing(lab, graded, student):
    lab.page(graded.feedback(IDS[student]).as_uri(), "main")
    lab.nothing_ran()
    assert "of 11 points" in lab.text()
    lab.screenshot(f"feedback-{student}-top")
    lab.js("document.querySelectorAll('details').forEach(each => each.open = true)")
    lab.top("#squeeze")
    lab.screenshot(f"feedback-{student}")
    assert lab.js("return performance.getEntriesByType('resource').length") == 0  # one file, and nothing from elsewhere
