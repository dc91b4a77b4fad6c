"""Somebody who logs in to the hub, and what their browser sends for what they click and type: the same addresses,
cookies and tokens."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import requests
from requests.cookies import get_cookie_header
from websocket import WebSocket, create_connection

from tests.browser.lab import wait_for

SECONDS = 300  # after which a silent terminal or kernel has failed


class Person:
    """An account of the machine, logged in, with its server running. RuntimeError where the hub does not let it in."""

    def __init__(self, address: str, account: str, password: str):
        self.hub, self.account, self.own = address, account, f"{address}/user/{account}"
        self.session = requests.Session()
        self.session.get(f"{address}/hub/login")
        entered = self.session.post(
            f"{address}/hub/login",
            data={"username": account, "password": password, "_xsrf": self.session.cookies.get("_xsrf", path="/hub/")},
        )
        if not entered.ok:
            raise RuntimeError(f"{account} cannot log in: {entered.status_code}\n{entered.text[-2000:]}")
        wait_for(f"the server of {account} (see work/hub.log)", self._started, SECONDS)

    def _started(self) -> bool:
        page = self.get("lab")
        return page.ok and page.url.startswith(f"{self.own}/lab")

    @property
    def _xsrf(self) -> str:
        return self.session.cookies.get("_xsrf", path=f"/user/{self.account}/")

    def get(self, path: str) -> requests.Response:
        """Open an address below one's own server, or a whole one."""
        return self.session.get(path if "://" in path else f"{self.own}/{path}")

    def told(self, path: str) -> Any:
        """What an address of one's own server answers, as JSON. HTTPError where it refuses."""
        found = self.get(path)
        found.raise_for_status()
        return found.json()

    def send(self, path: str, content: Any = None, method: str = "POST") -> Any:
        """Send JSON to one's own server; its answer. HTTPError where it refuses."""
        answer = self.session.request(method, f"{self.own}/{path}", json=content,
                                      # JupyterLab's and formgrader's names
                                      headers={"X-XSRFToken": self._xsrf, "X-CSRFToken": self._xsrf})
        answer.raise_for_status()
        return answer.json()

    def _socket(self, path: str) -> WebSocket:
        url = f"{self.own}/{path}"
        cookies = get_cookie_header(self.session.cookies, requests.Request("GET", url))
        return create_connection(f"{url.replace('http', 'ws', 1)}?_xsrf={requests.utils.quote(self._xsrf)}",
                                 timeout=SECONDS,
                                 cookie=cookies, origin=self.hub)

    def type(self, command: str) -> tuple[int, str]:
        """Type a command into a new terminal, in one's home: its exit status and all that was seen."""
        name, seen = self.send("api/terminals")["name"], ""
        with closing(self._socket(f"terminals/websocket/{name}")) as terminal:
            terminal.send(json.dumps(["stdin", f"{command}; echo ended with $?\r"]))
            while not (ended := re.search(r"ended with (\d+)", seen)):
                kind, *what = json.loads(terminal.recv())
                seen += what[0] if kind == "stdout" else ""
        return int(ended[1]), seen

    def run(self, path: str, cells: list[str]) -> Iterator[list[str]]:
        """Run cells in a kernel in the folder of a notebook: what each of them shows, as plain text."""
        kernel = self.send("api/kernels", {"name": "python3", "path": path})["id"]
        with closing(self._socket(f"api/kernels/{kernel}/channels")) as channels:
            for cell in cells:
                yield list(self._shown(channels, cell))

    @staticmethod
    def _shown(channels: WebSocket, code: str) -> Iterator[str]:
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": "", "session": "", "date": "",
                  "version": "5.3"}
        channels.send(json.dumps({"channel": "shell", "header": header, "parent_header": {}, "metadata": {},
                                  "buffers": [],
                                  "content": {"code": code, "silent": False, "allow_stdin": False}}))
        while True:
            message = json.loads(channels.recv())
            if message["parent_header"].get("msg_id") != header["msg_id"] or message["channel"] != "iopub":
                continue
            content = message["content"]
            if content.get("execution_state") == "idle":
                return
            if message["msg_type"] in ("execute_result", "display_data"):
                yield content["data"]["text/plain"]
            elif message["msg_type"] == "error":
                yield f"{content['ename']}: {content['evalue']}"
