"""`slide` in an exported page: the pointer, the arrow keys, playing, and the still form where no script runs."""

import pytest
import torch
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from attention_lab.pictures.panels import bars, cells
from attention_lab.pictures.touch import slide
from tests.browser.lab import wait_for

WEIGHTS = torch.tensor([[0.1, 0.9], [0.5, 0.5], [0.75, 0.25]])  # a row for each step
SEEN = """const of = document.querySelector('figure'), bars = [...of.querySelectorAll('svg rect[fill="#E69F00"]')];
          return {says: of.querySelector('figcaption').textContent, stills: of.querySelectorAll('img').length,
                  controls: of.querySelectorAll('input, button').length,
                  bars: bars.map(bar => Number(bar.getAttribute('height'))),
                  pictures: [...of.querySelectorAll('svg image')].map(image => image.getAttribute('href'))}"""


@pytest.fixture
def page(browser, tmp_path, monkeypatch):
    """Returns a function that opens a page with three steps of two sets of weights, and one that says what it shows."""
    def opened(scripts=True):
        out = []
        monkeypatch.setattr("IPython.display.display", lambda data, raw: out.append(data["text/html"]))
        slide({"step": {"a": 0, "b": 1, "c": 2}, "order": {"there": [0, 1], "back": [1, 0]}},
              lambda step, order: [bars(WEIGHTS[step, order], "xy", "weights"),
                                   cells(WEIGHTS[step, order][None], "map")],
              lambda step, order: f"Step {step}: {WEIGHTS[step, order].tolist()}", start=("b", "there"), plays="step")
        page = out[0] if scripts else out[0].partition("<script>")[0] + "</figure>"
        (tmp_path / "page.html").write_text(f"<!doctype html><meta charset='utf-8'>{page}", encoding="utf-8")
        browser.get((tmp_path / "page.html").as_uri())
        return lambda: browser.execute_script(SEEN)
    return opened


def shows(seen, step, order=(0, 1)):
    """Tells whether the bars, the map and the sentence are those of the numbers."""
    weights = WEIGHTS[step, list(order)]
    high = max(seen["bars"])
    assert [bar * weights.max().item() / high for bar in seen["bars"]] == pytest.approx(weights.tolist(), abs=0.001)
    assert f'href="{seen["pictures"][0]}"' in cells(weights[None], "map").svg
    return seen["says"] == f"Step {step}: {weights.tolist()}"


def test_it_follows_the_pointer_and_the_arrow_keys(browser, page):
    seen = page()
    assert shows(seen(), 1) and not seen()["stills"]
    step, there, back = browser.find_elements("css selector", "input")
    step.send_keys(Keys.ARROW_RIGHT)
    assert shows(seen(), 2)
    ActionChains(browser).move_to_element_with_offset(step, -step.size["width"] // 2 + 2, 0).click().perform()
    assert shows(seen(), 0)
    back.click()
    assert shows(seen(), 0, (1, 0))
    told, = browser.find_elements("css selector", "figure svg[role=img]")
    assert told.get_attribute("aria-label") == seen()["says"]


def test_it_plays_once_unless_motion_is_unwanted(browser, page):
    seen = page()
    browser.find_element("css selector", "button").click()
    assert shows(seen(), 0)
    wait_for("the last step", lambda: seen()["says"].startswith("Step 2"))
    wait_for("the end", lambda: browser.find_element("css selector", "button").text == "Play")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                            {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]})
    assert page()()["controls"] == 3  # a slider and two buttons for the order


def test_without_scripts_there_are_still_drawings(page):
    seen = page(scripts=False)()
    assert (seen["stills"], seen["controls"], seen["says"]) == (2, 0, "Step 1: [0.5, 0.5]")
