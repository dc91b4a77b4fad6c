"""The site: whole, without a solution, and alive where pages are files."""

import ast
import json
import re
from html import unescape
from html.parser import HTMLParser
from itertools import product
from urllib.parse import unquote, urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from attention_lab.pictures.prediction import Predictions
from autograder.lessons.course import COURSE, NOTEBOOKS, lessons
from autograder.lessons.topics import topic
from docs.site import museum
from docs.site.blocks import plain
from docs.site.build import build
from docs.site.lesson import UNANSWERED, cells, text
from docs.site.predictions import compares, keyed, recorded, short
from tests.browser.readable import VIEWS, axe_core, chromium, violations
from tests.browser.test_front_ends import ANSWERS
from tests.conftest import ROOT
from tests.suites import NIGHTLY

DATA = re.compile(r"data:[a-z/+]+;base64,[^\"')]*")  # pictures that a page holds in itself
FETCHING = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("link", "href"),
            ("object", "data")}


class Page(HTMLParser):
    """The names in a page that a link can lead to, its links, and what a browser fetches to show it."""

    def __init__(self, path):
        super().__init__()
        self.names, self.links, self.fetched = set(), set(), set()
        self.feed(DATA.sub("data:", path.read_text(encoding="utf-8")))

    def handle_starttag(self, tag, attrs):
        for key, value in attrs:
            if key == "id":
                self.names.add(value)
            if key in ("href", "src", "data") and value and not value.startswith("data:"):
                self.links.add(value)
                if (tag, key) in FETCHING:
                    self.fetched.add(value)


@pytest.fixture(scope="package")  # so that it is among the first: it takes longest
def site(tmp_path_factory):
    """The folder of the built site."""
    return build(tmp_path_factory.mktemp("site"), lessons(), strict=True).parent


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def test_every_internal_link_leads_somewhere(site, pages):
    broken = []
    for path, seen in pages.items():
        for link in seen.links:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file() or not target.is_relative_to(site):
                broken.append(f"{path.relative_to(site)}: {link}")
            elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in pages[target].names:
                broken.append(f"{path.relative_to(site)}: {link} (no such place)")
    assert not broken
    assert len(pages) > len(lessons())


def test_nothing_is_fetched_from_elsewhere(site, pages):
    for path, seen in pages.items():
        assert not [address for address in seen.fetched if urlsplit(address).scheme or address.startswith("//")], path
    for path in site.rglob("*.css"):
        assert not re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)]*", path.read_text(encoding="utf-8")), path


def test_external_links_are_listed(site):
    listed = (site / "external_links.txt").read_text(encoding="utf-8")
    assert re.search(r"(?m)^https://arxiv\.org/abs/1709\.01507 .*\blessons/01_se\.html\b", listed)


def bodies(source):
    """The lines of all functions below their signatures and docstrings."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            statements = node.body[bool(ast.get_docstring(node)):]
            for statement in statements:
                yield from lines[statement.lineno - 1:statement.end_lineno]


def handed_out():
    """All code and prose that learners get."""
    notebooks = (json.loads(path.read_text(encoding="utf-8")) for path in COURSE.glob("*/*.ipynb"))
    cells = ("".join(cell["source"]) for notebook in notebooks for cell in notebook["cells"])
    return "\n".join([*cells, *(path.read_text(encoding="utf-8") for path in COURSE.rglob("*.py"))])


def secrets():
    """Lines of every solution and every reference that no hand-out holds."""
    found = set()
    for lesson in lessons():
        solved = json.loads((NOTEBOOKS / lesson.name / f"{lesson.name}.ipynb").read_text(encoding="utf-8"))
        for cell in solved["cells"]:
            for region in re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", "".join(cell["source"]), re.DOTALL):
                found |= set(region.partition("\n\n\n")[0].splitlines())  # without helpers, whose docstrings it shows
        found |= set(bodies((ROOT / "solutions" / lesson.topic / "reference.py").read_text(encoding="utf-8")))
    given = handed_out()
    found = {re.sub(r"\s+#.*|^return ", "", line.strip()) for line in found}
    return {line for line in found if len(line) > 20 and line not in given}


def test_it_holds_no_solution(site):
    lines = set()
    for path in site.rglob("*"):
        if path.suffix in (".html", ".js", ".txt", ".svg", ".css", ".json", ".inv"):
            raw = DATA.sub("", path.read_text(encoding="utf-8", errors="replace"))
            lines |= {unescape(line).strip() for line in raw.splitlines()}  # with what stands in attributes
            # code has tags around its words
            lines |= {unescape(line).strip() for line in re.sub(r"<[^>]+>", "", raw).splitlines()}
    text, hidden = "\n".join(lines), secrets()
    assert len(hidden) > 500 and "def squeeze(x: torch.Tensor) -> torch.Tensor:" in lines
    assert not [secret for secret in hidden if secret in text]


def test_a_lesson_is_as_learners_get_it(site):
    for lesson in lessons():
        text = (site / f"lessons/{lesson.name}.html").read_text(encoding="utf-8")
        cells = json.loads((COURSE / lesson.name / f"{lesson.name}.ipynb").read_text(encoding="utf-8"))["cells"]
        exercises = [cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("solution")]
        prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        assert text.count("cell exercise") == len(exercises) > 0
        assert text.count("YOUR CODE HERE") >= len(exercises) - bool(topic(lesson.topic).repair)
        hints = re.findall(r"<summary>(.*?)</summary>", prose)
        assert {"Hint 1: a nudge", *hints} <= set(re.findall(r"<summary>(.*?)</summary>", text))
        assert text.count("_images/") == len(re.findall(r"\]\(figures/", prose))
        assert "points. Output and gradients" not in text  # a check's verdict on our solution
        assert f'href="../downloads/{lesson.name}.ipynb"' in text and ".whl" in text  # test_every_internal_link follows


def test_what_was_to_be_guessed_is_folded(site):
    text = (site / "lessons/01_se.html").read_text(encoding="utf-8")
    folded = re.findall(r"(?s)<summary>Write down your guess[^<]*</summary>(.*?)</details>", text)
    assert [part for part in folded if re.search(r"divided by your means: \d+ % right", part)]
    assert [part for part in folded if "The papers in white light" in part]
    assert not [part for part in folded if "each with a square paper in the centre" in part]  # what the guess is about


def test_the_museum_has_an_exhibit_from_every_lesson(site):
    text = (site / "museum.html").read_text(encoding="utf-8")
    for lesson in lessons():
        if "bug museum" in (COURSE / lesson.name / f"{lesson.name}.ipynb").read_text(encoding="utf-8"):
            assert museum.exhibits(lesson) and f'href="lessons/{lesson.name}.html#' in text
    explained = "does not move the channels to the end"  # what is wrong with lesson 01's exhibit
    assert explained in (site / "lessons/01_se.html").read_text(encoding="utf-8") and explained not in text
    assert text.count("<h3>") == sum(len(museum.exhibits(lesson)) for lesson in lessons()) >= len(lessons()) - 1


def test_signatures_and_docstrings_of_library_and_references(site):
    def names(path):
        return set(re.findall(r'<dt class="sig[^>]* id="([^"]+)"', (site / path).read_text(encoding="utf-8")))

    assert {"attention_lab.tasks.data.lamp_scenes", "attention_lab.tasks.data.LampScenes"} <= names("library/data.html")
    assert {"solutions.se.reference.Excitation",
            "solutions.se.reference.Excitation.forward"} <= names("reference/se.html")
    text = re.sub(r"<[^>]+>", "", (site / "reference/se.html").read_text(encoding="utf-8"))
    assert "the bottleneck has no channel left" in text and "CVPR 2018" in text
    for lesson in lessons():
        assert names(f"reference/{lesson.topic}.html")


def test_a_docstring_is_itself_in_markdown():
    assert plain("Sum of `a_b * c`, x_1 * y_1 * [2].\n\nRaises:\n    ValueError: one\n        and more.\n    "
                 "TypeError: two.\nAfter.") == (
        "Sum of `a_b * c`, x\\_1 \\* y\\_1 \\* \\[2\\].\n\nRaises:\n\n- ValueError: one\n        and more.\n- "
        "TypeError: two.\n\nAfter.")
    assert plain("Use it so:\n\n    a * b[0]") == "Use it so:\n\n    a * b[0]"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    return axe_core(tmp_path_factory.mktemp("axe"))


def opened(browser, page, width, height):
    """A page in a window of this size."""
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
    browser.get(page.as_uri())


@pytest.fixture
def window(browser):
    yield browser
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("width, height, tall", [(1280, 800, 350), (390, 844, 230)])
def test_the_first_screen_says_what_it_is_and_moves(site, window, width, height, tall):
    opened(window, site / "index.html", width, height)
    for part in (".button.first", ".door svg"):
        assert 0 < window.find_element(By.CSS_SELECTOR, part).rect["y"] < height
    assert window.execute_script("return document.querySelector('.door svg').getBoundingClientRect().bottom") < height
    assert window.find_element(By.CSS_SELECTOR, ".door use").rect["height"] > tall  # the photograph
    assert ANSWERS["look"](window.find_element(By.CSS_SELECTOR, ".door"))
    assert window.execute_script("return document.documentElement.scrollWidth") == width
    words = window.find_element(By.CSS_SELECTOR, "article section > p").text
    assert 0 < len(re.findall(r"\.(?: |$)", words)) <= 2


def test_the_front_page_has_a_red_report(site):
    text = (site / "index.html").read_text(encoding="utf-8")
    assert "squeeze: 0 of 2 points." in text and "mean over axis 0" in text


def test_the_map_shows_the_runs_of_the_cell_that_has_the_focus(site, window):
    opened(window, site / "index.html", 390, 844)
    cell, figures = window.find_element(By.CSS_SELECTOR, ".modules [tabindex='0']"), topic("capstone").module("figures")
    cell.send_keys(Keys.ARROW_UP, Keys.ARROW_LEFT)
    assert "SE, no squeeze, where (at chance: 25 %)" in window.find_element(By.CSS_SELECTOR, ".runs").text
    runs, said = figures.table(), [line.text for line in window.find_elements(By.CSS_SELECTOR, ".runs dd")]
    of = figures.scores(runs, "SE, no squeeze", 1), figures.trained_longer(runs, "SE, no squeeze")
    assert said == [" · ".join(f"{score:.0f}" for score in both["where"]) for both in of]
    shown = window.find_elements(By.CSS_SELECTOR, ".modules td[data-runs]")
    assert len(shown) == len(figures.arms(runs)) * len(figures.TASKS)
    assert window.execute_script("return [...document.querySelectorAll('.modules td span')].every((half) => "
                                 "parseFloat(getComputedStyle(half).fontSize) > 10 && "
                                 "half.scrollWidth <= half.clientWidth)")


@pytest.mark.parametrize("width, scheme", VIEWS)
def test_the_front_page_can_be_read_by_everyone(site, browser, axe, width, scheme):
    assert not violations(browser, axe, site / "index.html", width, scheme)


def test_a_lesson_says_what_is_built_and_how_much_is_left(site, window):
    opened(window, site / "lessons/01_se.html", 390, 844)
    assert window.find_element(By.CSS_SELECTOR, ".build").text == (
        "What you will build: squeeze, Excitation, SEBlock, se_parameter_cost, ExhibitA · about 80 minutes")
    assert len(window.find_elements(By.CSS_SELECTOR, "[id^=write-]")) == 5
    left = []
    for share in (0, 0.5, 1):
        window.execute_async_script(  # two frames later, the event has come
            "scrollTo({top: arguments[0] * (document.body.scrollHeight - innerHeight), behavior: 'instant'});"
            "requestAnimationFrame(() => requestAnimationFrame(arguments[1]))", share)
        left.append(window.execute_script("return document.querySelector('.reading span').textContent"))
    assert left == ["", "about 40 min left", ""]


def test_what_only_a_notebook_does_is_a_line(site):
    for lesson in lessons():
        text = unescape(re.sub("<[^>]+>", "", (site / f"lessons/{lesson.name}.html").read_text(encoding="utf-8")))
        checks = re.findall(r"(?m)^.*\bcheck\(\w+\) says whether", text)
        assert len(checks) == sum(cell["metadata"].get("nbgrader", {}).get("grade", False) for cell in cells(lesson))
        assert not re.search(r"(?m)^(check\(\w+\)|progress\(\)|course_map\(\))$|(?<![\d.])1 points", text)


def test_pictures_are_files_that_pages_share(site):
    held = [path for path in site.rglob("*.html")
            if re.search(r'<img[^>]* src="data:image/(?!svg)', path.read_text(encoding="utf-8"))]
    assert not held and len(list((site / "outputs").iterdir())) > 20


@pytest.mark.parametrize("lesson, of, name", [
    ("02_eca", "input[type=range]", "slide"), ("08a_windows", "image.light", "look"),
    ("e3_catnet", "rect.support", "mask"), ("08c_grl", "rect.shade", "wall"),
], ids=lambda value: value if value in ANSWERS else "")
def test_what_can_be_touched_answers(site, browser, lesson, of, name):
    browser.get((site / f"lessons/{lesson}.html").as_uri())
    assert ANSWERS[name](browser.find_element(By.CSS_SELECTOR, f".output:has({of})"))
    assert not [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


@pytest.mark.nightly
def test_every_page_can_be_read_by_everyone(site, browser, axe):
    """On a wide screen and a phone, in light and dark."""
    views = list(product(sorted(site.rglob("*.html")), VIEWS))
    wrong = {}
    for page, (width, scheme) in views if NIGHTLY else views[::43]:
        if found := violations(browser, axe, page, width, scheme):
            wrong[f"{page.relative_to(site)}, {width} pixels, {scheme}"] = found
    assert not wrong


def test_a_page_that_not_everyone_can_read_is_noticed(tmp_path, browser, axe):
    page = tmp_path / "page.html"
    page.write_text('<html lang="en"><title>A page</title><main><h1>A page</h1><p style="color: #ccc; background: '
                    'white">Pale</p>'
                    '<img src="x.png"><p style="width: 2000px">Wide</p></main></html>', encoding="utf-8")
    found = " ".join(violations(browser, axe, page, 390, "light"))
    assert "color-contrast" in found and "image-alt" in found and "pixels wide" in found


def test_the_search_finds_a_lesson_where_pages_are_files(site, browser):
    browser.get(f"{(site / 'search.html').as_uri()}?q=retinex")
    browser.implicitly_wait(20)
    assert "01_se" in browser.find_element(By.CSS_SELECTOR, "#search-results li a").get_attribute("href")
    assert not [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


@pytest.mark.nightly
def test_a_prediction_is_answered_on_the_page_as_in_the_notebook(site, browser):
    """Each guess is judged in the very words of attention_lab."""
    browser.get((site / "lessons/01_se.html").as_uri())
    shown = browser.find_element(By.CSS_SELECTOR, "form.prediction")
    measured = [float(cell.get_attribute("data-measured"))
                for cell in shown.find_elements(By.CSS_SELECTOR, "[data-measured]")]
    assert measured == [512, 8192, 131072] and not [text for text in seen(shown) if "8,192" in text]
    for guesses in (["512", "8,192", "131,073"], ["500", "8000", "64"], ["-3", "nan", "1e6"], ["", "many", "131072.5"]):
        fields = shown.find_elements(By.TAG_NAME, "input")
        for field, guess in zip(fields, guesses):
            field.clear()
            field.send_keys(guess)
        fields[-1].send_keys(Keys.ENTER)
        for said, guess, truth in zip(seen(shown), guesses, measured):
            try:
                pair = float(guess.replace(",", "")), truth
            except ValueError:
                assert said == ["?", "not a number" if guess else "predict first"]
            else:
                assert said == [short(truth), Predictions({}, "parameters")._off(*pair)]
    assert not browser.find_elements(By.CSS_SELECTOR, "details.measured")


def seen(form):
    """What stands in the last two columns, row by row."""
    return [[cell.text for cell in row.find_elements(By.TAG_NAME, "td")][1:]
            for row in form.find_elements(By.CSS_SELECTOR, "tbody tr")]


def test_every_prediction_was_measured_as_it_is_now():
    """Where one was changed: `python -m docs.site.measure LESSON`."""
    asking = [(lesson.name, key) for lesson in lessons() for cell, key in keyed(cells(lesson))
              if compares(cell["source"]) and any(UNANSWERED in text(output) for output in cell["outputs"])]
    assert len(asking) > 50
    assert [name for name, key in asking if key not in recorded().get(name, {})] == []
