"""A lesson's insights from formgrader's menu, in a real browser;
the page in the light, in the dark, and on a telephone."""

import pytest

from tests.browser.lab import missing_tools
from tests.classroom.course import Course
from tests.classroom.pupils import PWN
from tests.classroom.test_formgrader import Formgrader
from tests.conftest import need

from .graded import Class, named, wrong


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    need(missing_tools())
    course = Course(tmp_path_factory.mktemp("insights") / "course")
    group = Class(course.folder)
    long = "def squeeze(x):\n    return " + " + ".join(f"x[:, :, {i}, {i}]" for i in range(40)) + "\n"
    for student in ("zeta", "yota", "ksi"):
        group.add(student, named("squeeze", "squeeze-maximum", "Your squeeze takes the largest value of each channel."),
                  wrong("SEBlock", f"RuntimeError: <img src=x onerror={PWN}> `{'very_' * 60}long`"),
                  answers={"squeeze": long})
    with Formgrader(course.folder) as lab:
        yield lab


@pytest.mark.parametrize("page", ["manage_assignments", "gradebook", "manage_students"])
def test_the_menu_leads_to_them(lab, page):
    lab.page(page, ".nav-stacked a[href$='/formgrader/insights']")
    assert len(lab.js("return [...document.querySelectorAll('.nav-stacked li')]")) == 4


def test_a_lesson_s_page_is_made_when_it_is_asked_for(lab):
    lab.page("insights", "#main-table a")
    assert lab.js("return document.querySelector('#main-table a').getAttribute('href')").endswith(
        "/formgrader/insights/01_se"
    )
    lab.page("insights/01_se", "#next")
    assert "Your squeeze takes the largest value" in lab.text() and "zeta" not in lab.text()
    lab.nothing_ran()


@pytest.mark.parametrize("lesson", ["02_eca", "nothing"])
def test_a_lesson_without_verdicts_says_so(lab, lesson):
    lab.page(f"insights/{lesson}", ".alert")
    assert "autograder grade 02_eca" in lab.text() if lesson == "02_eca" else "no lesson 'nothing'" in lab.text()
    lab.nothing_ran()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme, background", [("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 24, 31)")])
def test_it_is_readable_on_any_screen(lab, width, scheme, background):
    lab.driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                               {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    lab.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
    lab.page("insights/01_se", "#next")
    assert lab.js("return getComputedStyle(document.body).backgroundColor") == background
    assert lab.js("return document.documentElement.scrollWidth") <= width
    lab.screenshot(f"insights-{scheme}-{width}")
