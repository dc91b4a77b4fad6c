"""The work of the process in reader.py: trusted code that holds untrusted bytes, and nothing else. It does not import
torch."""

from __future__ import annotations

import json
import struct
import sys
from typing import Any

from autograder.intake.walls import allow, enclose
from autograder.submission.parse import SMALLER, Unreadable, digest, parse, read

ASKED, ANSWER = ">cQ", ">cQ"  # what is asked, or how it went, and the bytes that follow
NOTEBOOK, DIGEST, BOTH = b"n", b"d", b"b"
WELL, REFUSED = b"w", b"r"
# bytes; the largest notebook that `parse` accepts has fewer, unless it is written in unusual characters
LARGEST_ANSWER = 64 << 20


def both(data: bytes) -> tuple[str, Any, str]:
    """Returns the digest, the notebook, and the reason if there is no notebook."""
    name, notebook = read(data)
    return (name, None, str(notebook)) if isinstance(notebook, Unreadable) else (name, notebook, "")


DO = {NOTEBOOK: parse, DIGEST: digest, BOTH: both}


def serve(settings: dict[str, Any]) -> None:
    """Answers the questions that arrive at the standard input, until it ends.

    settings: those of walls.enclose, and "seconds", the processor time for each file.
    """
    enclose(settings)
    while head := sys.stdin.buffer.read(struct.calcsize(ASKED)):
        allow(settings["seconds"])
        what, size = struct.unpack(ASKED, head)
        how, answer = _answer(what, sys.stdin.buffer.read(size))
        sys.stdout.buffer.write(struct.pack(ANSWER, how, len(answer)))
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


def _answer(what: bytes, data: bytes) -> tuple[bytes, bytes]:
    try:
        answer = json.dumps(DO[what](data), ensure_ascii=False).encode()
        if len(answer) <= LARGEST_ANSWER:
            return WELL, answer
        why = (f"is too large to be graded. Without outputs it has {len(answer):,} bytes, and at most "
               f"{LARGEST_ANSWER:,} are taken. Remove long texts that you pasted, save it and hand it in again.")
    except Unreadable as error:
        why = str(error)
    except MemoryError:
        why = f"is too large to be read. {SMALLER}"
    except Exception as error:
        why = f"can't be read: {type(error).__name__}. Please look at the file"
    return REFUSED, json.dumps(why).encode()
