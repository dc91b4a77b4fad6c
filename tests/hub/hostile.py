"""What one learner puts into the exchange to read what is not theirs, or to end the collecting for everybody. It is
typed in their own terminal on the hub, so it imports nothing of ours:

    python hostile.py INBOUND SOMEBODY_ELSE ODD|MANY FILES_OF_OTHERS...
"""

import json
import os
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

LESSON, ODD, MANY = "01_se", "odd", "many"
SWAPPING = 40  # seconds
# what stands in the collector's log for each of them
REFUSED = {"link": "a link", "loop": "a link", "endless": "a link", "pipe.ipynb": "not a plain file",
           "twice.ipynb": "a file that has a second name elsewhere", "socket": "it can't be opened",
           "shut": "it can't be opened: Permission denied", "terabyte.ipynb": "1,099,511,627,776 bytes",
           r"\x1b]0;owned\x07": "its name cannot be printed", r"two\nlines": "its name cannot be printed"}


def folder(inbound: Path, name: str, day: int) -> Path:
    """A new folder in the exchange, with a time and a secret."""
    time_ = f"2027-01-{day:02d} 10:00:00 UTC"
    made = inbound / f"{name}+{LESSON}+{time_}+x"
    made.mkdir()
    (made / "timestamp.txt").write_text(time_)
    (made / "submission_secret.txt").write_text("m" * 64)
    return made


def odd(into: Path, others: list[str]) -> None:
    """Everything that is no plain file, or too much of one. Some of it the kernel refuses."""
    for number, other in enumerate(others):
        (into / f"link{number}").symlink_to(other)
        with suppress(OSError):
            os.link(other, into / f"hard{number}")
    for name, target in (("link", others[0]), ("loop", "loop"), ("endless", "/dev/zero")):
        (into / name).symlink_to(target)
    with suppress(OSError):
        os.mknod(into / "device", 0o020666, os.makedev(1, 5))
    os.mkfifo(into / "pipe.ipynb")
    (into / "twice.ipynb").write_text("{}")
    os.link(into / "twice.ipynb", into / "again.ipynb")
    os.chdir(into)  # a socket's path is short
    socket.socket(socket.AF_UNIX).bind("socket")
    (into / "shut").mkdir(mode=0)
    with open(into / "terabyte.ipynb", "wb") as file:
        file.truncate(1 << 40)
    for name in ("\x1b]0;owned\x07", "two\nlines"):
        (into / name).write_text("")
    for number in range(300):
        (into / f"folder{number}.ipynb").mkdir()
    os.makedirs(into / "/".join("abcdefghijklmnopqrst"))
    (into / ".progress.json").write_text(json.dumps({f"x{number}": 1 for number in range(150_000)}))


def swap(file: Path, target: str) -> None:
    """A plain file is a link now and then, as often as there is time for."""
    new, end = file.with_name("new"), time.time() + SWAPPING
    while time.time() < end:
        new.write_text("mine")
        os.replace(new, file)
        new.symlink_to(target)
        os.replace(new, file)


if __name__ == "__main__":
    inbound, somebody, what, others = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
    if what == ODD:
        for name in (somebody, "nobody-of-us", "\x1b[2J", "*"):
            folder(inbound, name, 9)
        (inbound / f"who+{LESSON}+2027-01-09 10:00:00 UTC+x").symlink_to("nowhere")
        mine = folder(inbound, os.environ["USER"], 1)
        odd(mine, others)
        if not os.fork():
            swap(mine / f"{LESSON}.ipynb", others[0])
    else:
        mine = folder(inbound, os.environ["USER"], 2)
        for number in range(10_000):
            (mine / f"{number}.ipynb").write_text("{}")
