"""`look` in an exported page: the pointer, the arrow keys, and the still form where no script runs."""

import json

import pytest
import torch
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from attention_lab.pictures.look import look
from attention_lab.pictures.own_picture import my_picture

GRID = (4, 6)
SEEN = """const of = document.querySelector('figure');
          const picture = of.querySelector('svg image.picture');
          return {says: of.querySelector('figcaption').textContent, drawn: of.querySelectorAll('svg').length,
                  still: of.querySelectorAll('img:not(.own)').length, label: (of.querySelector('svg') || of).ariaLabel,
                  picture: picture && picture.href.baseVal}"""


@pytest.fixture
def page(browser, tmp_path, monkeypatch):
    """Returns a function that opens what `look` displays."""
    def opened(*args, scripts=True, **options):
        out = []
        monkeypatch.setattr("attention_lab.pictures.look.put", lambda page, *_: out.append(page))
        look(*args, **options)
        file = tmp_path / "page.html"
        file.write_text("<!doctype html><meta charset='utf-8'>" + (
            out[0] if scripts else out[0].partition("<script>")[0] + "</figure>"), encoding="utf-8")
        browser.get(file.as_uri())
        return lambda: browser.execute_script(SEEN)
    return opened


def next_cell(rows=4, columns=6):
    """Each position reads the next one alone."""
    return torch.eye(rows * columns).roll(1, 1)


def test_it_follows_the_pointer_and_the_arrow_keys(browser, page):
    seen = page({"next": next_cell(), "itself": torch.eye(24)}, torch.rand(3, 40, 60), grid=GRID, start=(2, 3))
    assert seen()["drawn"] == 1 and not seen()["still"]
    assert seen()["says"].startswith("Row 2, column 3 reads: next: 1.00 from row 2, column 4 (lightest: 24 times an ")
    drawing = browser.find_element("css selector", "figure svg")
    drawing.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_LEFT)  # there is no row below 3
    assert seen()["says"].startswith("Row 3, column 2 reads: next: 1.00 from row 3, column 3 (")
    assert seen()["label"] == seen()["says"]
    ring = browser.find_elements("css selector", "g[data-panel='1'] .ring")[0]  # the second panel has the same query
    ActionChains(browser).move_to_element_with_offset(ring, -round(330 / 6), 0).perform()
    assert "; itself: 1.00 from row 3, column 1 (" in seen()["says"]


def test_gates_of_channels_are_told_with_and_without_a_map(page):
    gates = torch.tensor([0.2, 0.9])
    told = "2 channels, most open 1 with 0.90, least 0 with 0.20."
    assert page(gates, torch.rand(3, 40, 60))()["says"] == told
    seen = page({"map": torch.ones(4, 6), "gates": gates}, torch.rand(3, 40, 60))
    assert seen()["says"].endswith(f"; gates: {told}")


def test_without_scripts_there_is_one_still_drawing(page):
    seen = page(next_cell(), torch.rand(3, 40, 60), scripts=False, grid=GRID, start=(0, 0))()
    assert (seen["drawn"], seen["still"]) == (0, 1)
    assert seen["says"].startswith("Row 0, column 0 reads: 1.00 from row 0, column 1 (")


def test_an_own_picture_comes_from_its_file(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (60, 40), (200, 30, 30)).save("me.png")
    seen = page(torch.rand(4, 6), my_picture("me.png", (40, 60)))
    assert json.dumps(seen()["picture"]).endswith('/me.png"')
