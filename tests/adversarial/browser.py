"""A page in headless Chromium, as an instructor opens it: what of it runs."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from tests.browser.lab import FLAGS

LINKS = (
    "return [...document.querySelectorAll('[href], [src], [action]')].map(e => e.href || e.src || e.action ||"
    " '').map(String)"
)
TOUCH = "document.querySelectorAll('body *').forEach(e => e.dispatchEvent(new Event('mouseover')))"


class Browser:
    """Use as a context manager."""

    def __enter__(self) -> Browser:
        self.profile = tempfile.mkdtemp()
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        options.page_load_strategy = "eager"  # pages name scripts in the net that may not be there
        for flag in (*FLAGS, f"--user-data-dir={self.profile}"):
            options.add_argument(flag)
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        return self

    def __exit__(self, *_) -> None:
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)

    def ran(self, page: Path) -> list[str]:
        """What ran, or would run with one click.

        FileNotFoundError, ValueError where there is no page, or nothing on it.
        """
        page.stat()  # of a file that is not there Chromium makes a page of its own
        self.driver.get(page.as_uri())
        if not self.driver.execute_script("return document.body.innerText").strip():
            raise ValueError(f"there is nothing on {page}")
        self.driver.execute_script(TOUCH)
        time.sleep(0.3)
        ran = ["a script"] * bool(self.driver.execute_script("return window.pwned"))
        links = self.driver.execute_script(LINKS)
        return ran + [link for link in links
                      if link.strip().lower().startswith(("javascript:", "vbscript:", "data:text"))]
