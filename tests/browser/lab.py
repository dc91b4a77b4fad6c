"""JupyterLab or Notebook in a real browser: a server of its own, and what a person does in it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys

from tests.waiting import HANG_SECONDS

ARTEFACTS = Path(__file__).parents[1] / "artefacts"
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars")
ADDRESSES = {"jupyterlab": "lab/tree", "notebook": "notebooks"}  # of a notebook, by the module that serves it
PANEL = "jupyterapp.shell.currentWidget"


def missing_tools() -> list[str]:
    """What a browser test needs and this machine does not have."""
    return [tool for tool in ("chromium", "chromedriver") if not shutil.which(tool)]


def wait_for(what: str, ready: Callable[[], Any], seconds: float = HANG_SECONDS) -> Any:
    """Poll `ready` until it gives something true. Raises TimeoutError that says what never came."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = ready()
        if found:
            return found
        time.sleep(0.2)
    raise TimeoutError(f"{what}: not within {seconds} seconds")


class Lab:
    """A JupyterLab server on `folder` with a browser on it. Use as a context manager.

    module: of ADDRESSES; "notebook" is Notebook 7."""

    def __init__(self, folder: Path, theme: str = "JupyterLab Light", size: tuple[int, int] = (1280, 1000),
                 module: str = "jupyterlab"):
        self.folder, self.theme, self.size, self.module = folder, theme, size, module

    def __enter__(self) -> Lab:
        self.scratch = Path(tempfile.mkdtemp())
        settings = {"apputils-extension/themes": {"theme": self.theme},
                    "apputils-extension/notification": {"fetchNews": "false"},
                    # every cell stays in the page, in view or not
                    "notebook-extension/tracker": {"windowingMode": "none"}}
        for name, values in settings.items():
            path = self.scratch / f"settings/@jupyterlab/{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        environment = {**os.environ, "JUPYTERLAB_SETTINGS_DIR": str(self.scratch / "settings"),
                       "JUPYTERLAB_WORKSPACES_DIR": str(self.scratch / "workspaces"),
                       "JUPYTER_RUNTIME_DIR": str(self.scratch / "runtime")}
        self.log = open(self.scratch / "server.log", "w")
        self.server = subprocess.Popen(
            [sys.executable, "-m", self.module, "--no-browser", "--allow-root", f"--port={self.port}",
             "--ServerApp.port_retries=0",
             "--IdentityProvider.token=", "--expose-app-in-browser", f"--ServerApp.root_dir={self.folder}"],
            env=environment, stdout=self.log, stderr=subprocess.STDOUT, cwd=self.folder)
        wait_for("the JupyterLab server", self._answers)
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in (*FLAGS, f"--user-data-dir={self.scratch / 'profile'}",
                     f"--window-size={self.size[0]},{self.size[1]}"):
            options.add_argument(flag)
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        return self

    def __exit__(self, *_) -> None:
        if hasattr(self, "driver"):
            self.driver.quit()
        self.server.terminate()
        try:
            self.server.wait(15)
        except subprocess.TimeoutExpired:
            self.server.kill()
        self.log.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _answers(self) -> bool:
        if self.server.poll() is not None:
            raise RuntimeError(f"{self.module} ended:\n" + (self.scratch / "server.log").read_text()[-2000:])
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api", timeout=2).close()
            return True
        except (urllib.error.URLError, OSError):
            return False

    def js(self, code: str, *arguments: Any) -> Any:
        return self.driver.execute_script(code, *arguments)

    def open(self, notebook: str) -> None:
        """Open a notebook and wait for its kernel."""
        self.driver.get(f"http://127.0.0.1:{self.port}/{ADDRESSES[self.module]}/{notebook}?reset")
        wait_for("the kernel", lambda: self.js(
            f"return window.jupyterapp && {PANEL} && {PANEL}.sessionContext && {PANEL}.sessionContext.session"
            f" && {PANEL}.sessionContext.session.kernel && {PANEL}.sessionContext.session.kernel.status === 'idle'"))

    def cell(self, cell_id: str) -> Any:
        """The page element of the cell with this id, made the active one and scrolled to."""
        index = self.js(f"return {PANEL}.content.widgets.findIndex(w => w.model.id === arguments[0])", cell_id)
        if index < 0:
            raise KeyError(f"the notebook has no cell {cell_id!r}")
        self.js(f"{PANEL}.content.activeCellIndex = arguments[0]; {PANEL}.content.widgets[arguments[0]].node"
                ".scrollIntoView({block: 'start'})", index)
        return self.js(f"return {PANEL}.content.widgets[arguments[0]].node", index)

    def source(self, cell_id: str) -> str:
        return self.js(f"return {PANEL}.content.widgets.find(w => w.model.id === "
                       "arguments[0]).model.sharedModel.source", cell_id)

    def type_into(self, cell_id: str, text: str) -> None:
        """Click into the cell, select everything, type `text`."""
        editor = self.cell(cell_id).find_element("css selector", ".cm-content")
        editor.click()
        editor.send_keys(Keys.CONTROL, "a")
        self.driver.execute_cdp_cmd("Input.insertText", {"text": text})
        wait_for(f"the text in {cell_id}", lambda: self.source(cell_id) == text)

    def run(self, cell_id: str, seconds: float = HANG_SECONDS) -> str:
        """Run one cell with Shift+Enter and return the text of its output."""
        cell = self.cell(cell_id)
        self.js(f"{PANEL}.content.widgets.find(w => w.model.id === arguments[0]).model.clearExecution()", cell_id)
        editors = cell.find_elements("css selector", ".cm-content")
        if not editors:  # its code is folded away
            self.js("arguments[0].focus()", cell)
        (editors or [self.driver.switch_to.active_element])[0].send_keys(Keys.SHIFT, Keys.ENTER)
        wait_for(f"the end of {cell_id}", lambda: self.js(
            f"return {PANEL}.content.widgets.find(w => w.model.id === arguments[0]).model.executionCount", cell_id),
            seconds)
        return self.output(cell_id)

    def run_all(self, seconds: float) -> None:
        """Run > Run All Cells, and wait until the kernel is idle again."""
        self.js("window.allDone = false; jupyterapp.commands.execute('notebook:run-all-cells').then(() => { "
                "window.allDone = true; })")
        wait_for("the end of all cells", lambda: self.js("return window.allDone"), seconds)

    def output(self, cell_id: str) -> str:
        return self.cell(cell_id).find_element("css selector", ".jp-Cell-outputArea").text

    def shown(self, cell_id: str) -> int:
        """How many things a cell's output shows, one below the other."""
        return len(self.cell(cell_id).find_elements("css selector", ".jp-OutputArea-child"))

    def pictures(self, cell_id: str) -> list[tuple[int, int]]:
        """Width and height, as loaded, of every image in a cell."""
        self.cell(cell_id)
        return [tuple(size) for size in self.js(
            f"return [...{PANEL}.content.widgets.find(w => w.model.id === arguments[0]).node.querySelectorAll('img')]"
            ".map(i => [i.naturalWidth, i.naturalHeight])", cell_id)]

    def screenshot(self, name: str, cell_id: str | None = None) -> Path:
        """The page as it is seen, from `cell_id` downwards; kept in tests/artefacts."""
        ARTEFACTS.mkdir(exist_ok=True)
        if cell_id:
            self.cell(cell_id)
            time.sleep(0.5)
        self.driver.save_screenshot(str(ARTEFACTS / f"{name}.png"))
        return ARTEFACTS / f"{name}.png"
