"""A study's report in a window of 1,000 pixels: no table has to be scrolled sideways."""

from dataclasses import asdict

import pytest

from attention_lab.lessons.capstone.own_study import Kept
from attention_lab.lessons.capstone.study_page import judged, outcome, page
from attention_lab.networks.training import Results
from solutions.capstone.studies import EXAMPLE
from tests.browser.readable import chromium

pytestmark = pytest.mark.nightly

FIRST, SECOND, CONTROL = (f"attention {kind}" for kind in ("with rows and columns", "without either of them",
                                                           "that sees rows alone"))
SCROLLED = """return [...document.querySelectorAll("div.wide")].map((each) => each.scrollWidth - each.clientWidth)"""


def long_report():
    """A report with long names and ten seeds; one comparison is of the order of the runs."""
    scores = {FIRST: [99.25 - seed for seed in range(9)] + [40.5], SECOND: [34.5 + seed for seed in range(10)],
              CONTROL: [33.25] * 9 + [33.5]}
    kept = Kept("long", "It helps.", "It does not.", "far", [[FIRST, SECOND]], [CONTROL], 5, "today",
                dict.fromkeys(scores, "k"), 10, 1)
    results = Results(tuple(scores), tuple(range(10)), {(arm, seed): {"score": score} for arm, of in scores.items()
                                                        for seed, score in enumerate(of)})
    came_out = outcome(asdict(kept), results, judged(results, kept.ahead, kept.controls, 5), dict.fromkeys(scores, 777))
    return page(asdict(kept), results, came_out, 1, 0.01, "", "")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        driver.set_window_size(1000, 1000)
        yield driver


@pytest.mark.parametrize("report", [EXAMPLE.read_text(encoding="utf-8"), long_report()], ids=["example", "long"])
def test_no_table_is_scrolled_sideways(browser, tmp_path, report):
    (tmp_path / "report.html").write_text(report, encoding="utf-8")
    browser.get((tmp_path / "report.html").as_uri())
    assert browser.execute_script(SCROLLED) == [0, 0]
