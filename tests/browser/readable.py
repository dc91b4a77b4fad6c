"""Whether everybody can read a page: what axe finds on it, on a wide screen and a phone, in light and dark."""

import shutil
import subprocess
import sys
import zipfile
from contextlib import contextmanager
from itertools import product

from selenium import webdriver

from tests.browser.lab import FLAGS, missing_tools
from tests.conftest import need

AXE = "axe-playwright-python==0.1.8"  # axe-core 4.12.1
VIEWS = list(product((1280, 390), ("light", "dark")))  # widths of the window, in pixels, and colour schemes


@contextmanager
def chromium(profile):
    """A browser. profile: an empty folder for it."""
    need(missing_tools())
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in (*FLAGS, f"--user-data-dir={profile}", "--window-size=1280,1000"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=webdriver.ChromeService(shutil.which("chromedriver")), options=options)
    driver.set_script_timeout(120)
    yield driver
    driver.quit()


def axe_core(folder):
    """The source of axe-core, which a package of Python's index brings along; nothing else of that package is wanted.
    """
    command = (sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps", "-d", folder,
               AXE)
    loaded = subprocess.run(command, capture_output=True, text=True)
    if loaded.returncode:
        need([f"axe-core (pip: {loaded.stderr[-300:]})"])
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return wheel.read(next(name for name in wheel.namelist() if name.endswith("axe.min.js"))).decode()


RUN_AXE = """const done = arguments[0];
axe.run(document, {resultTypes: ["violations"]}).then(
  (found) => done(found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.html.slice(0, 100)}`))),
  (error) => done([`${error}`]));"""  # noqa: E501


def violations(browser, axe, page, width, scheme):
    """What axe finds on a page with every fold open, and whether the page is wider than the window."""
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                            {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    try:
        browser.get(page.as_uri())
        browser.execute_script("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        browser.execute_script(axe)
        found = browser.execute_async_script(RUN_AXE)
        wide = browser.execute_script("return document.documentElement.scrollWidth")
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        browser.get_log("browser")  # axe tries to load style sheets, which a page that is a file may not
    return [*found, *([f"{wide} pixels wide"] if wide > width else [])]
