"""The messages between the judge and a worker: frames of a JSON header and tensors. They are never pickled.

A frame is 8 bytes (the lengths of both parts, little-endian), `[header, specs]` as JSON, and the tensors (see
attention_lab's packing). Both sides use this file; the worker is given its text. Frames from a worker may be hostile:
if `receive` raises any error, the worker is ended.
"""

from __future__ import annotations

import json
import math
import socket
import struct
from collections.abc import Callable
from typing import Any

from torch import Tensor

from attention_lab.checking.form import packing
from attention_lab.checking.form.bounds import (
    AXES,
    DEPTH,
    DIGITS,
    DTYPES,
    ELEMENTS,
    HEADER_BYTES,
    TENSOR_BYTES,
    TENSORS,
)

LENGTHS = struct.Struct("<II")
NUMBERS = {str(dtype) for dtype in DTYPES}
PIECE = 1 << 20  # bytes asked of the socket at once


class Packed:
    """A frame without its number. It is made once, and can be sent many times. Raises ValueError if it is larger than a
    frame may be."""

    def __init__(self, header: dict[str, Any], tensors: dict[str, Tensor] | None = None):
        specs, self.body = packing.pack(tensors or {})
        _allowed(specs)
        self.head = json.dumps([header, specs]).encode().removeprefix(b"[{")
        _bounded(len(self.head), len(self.body))


def send(sock: socket.socket, number: int, packed: Packed, waiting: Callable[[], None] | None = None) -> None:
    """Sends one frame, with `number` as its header's "id".

    waiting: as in `receive`.
    """
    head = b'[{"id": %d' % number + (b"" if packed.head.startswith(b"}") else b", ") + packed.head
    left = memoryview(LENGTHS.pack(len(head), len(packed.body)) + head + packed.body)
    while left:
        try:
            left = left[sock.send(left[:PIECE]):]
        except TimeoutError:
            pass
        if waiting:  # a peer that reads nothing must not keep us either
            waiting()


def receive(sock: socket.socket, waiting: Callable[[], None] | None = None) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Returns the next frame.

    waiting: called whenever the socket's timeout passes without a byte. It raises an error if that took too long.

    Raises EOFError if the other side has gone. For a malformed frame, raises ValueError, or an error of json, torch or
    safetensors.
    """
    head, body = LENGTHS.unpack(_read(sock, LENGTHS.size, waiting))
    _bounded(head, body)
    header, specs = json.loads(_read(sock, head, waiting), parse_int=_whole)
    if not isinstance(header, dict) or not isinstance(specs, list):
        raise ValueError(f"a header is an object with a list, not {type(header).__name__} and {type(specs).__name__}")
    _shallow(header)
    _allowed(specs)
    return header, packing.unpack(specs, _read(sock, body, waiting))


def _whole(text: str) -> int:
    if len(text) > DIGITS + text.startswith("-"):
        raise ValueError(f"an integer of {len(text):,} digits")
    return int(text)


def _allowed(specs: list[list[Any]]) -> None:
    """Raises ValueError, or TypeError, if there are too many tensors, if they are too large, or if they hold numbers of
    a kind that is not compared."""
    numbers = 0
    for name, dtype, shape in specs:
        if (
            dtype not in NUMBERS
            or len(shape) > AXES
            or not all(isinstance(n, int) and 0 <= n <= ELEMENTS for n in shape)
        ):
            raise ValueError(f"a tensor {str(name)[:100]!r} of type {str(dtype)[:100]} with {len(shape):,} axes "
                             f"{str(shape)[:100]}")
        numbers += math.prod(shape)
    if len(specs) > TENSORS or numbers > ELEMENTS:
        raise ValueError(f"{len(specs):,} tensors of {numbers:,} numbers; at most {TENSORS:,} of {ELEMENTS:,} "
                         "may be sent")


def _shallow(header: dict[str, Any]) -> None:
    """Raises ValueError if a header is nested more deeply than any question or answer."""
    level: list[Any] = [header]
    for _ in range(DEPTH):
        level = [below for item in level if isinstance(item, (dict, list))
                 for below in (item.values() if isinstance(item, dict) else item)]
    if level:
        raise ValueError(f"a header that is nested more than {DEPTH} deep")


def group(groups: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Puts the tensors of several questions, or answers, into one frame, by the names "number/name"."""
    return {f"{number}/{name}": tensor for number, group in enumerate(groups) for name, tensor in group.items()}


def ungroup(tensors: dict[str, Tensor], count: int) -> list[dict[str, Tensor]]:
    """Reverses `group`. Raises ValueError if a tensor belongs to none of the `count` questions or answers."""
    groups: list[dict[str, Tensor]] = [{} for _ in range(count)]
    for name, tensor in tensors.items():
        number, _, name = name.partition("/")
        if not number.isdecimal() or int(number) >= count:
            raise ValueError(f"a tensor {name!r} of question or answer {number!r}, but there are only {count}")
        groups[int(number)][name] = tensor
    return groups


def _bounded(head: int, body: int) -> None:
    if head > HEADER_BYTES or body > TENSOR_BYTES:
        raise ValueError(f"a frame of {head:,} + {body:,} bytes; at most {HEADER_BYTES:,} + {TENSOR_BYTES:,} "
                         "may be sent")


def _read(sock: socket.socket, size: int, waiting: Callable[[], None] | None) -> bytes:
    read = bytearray()
    while len(read) < size:
        try:
            part = sock.recv(min(size - len(read), PIECE))
        except TimeoutError:
            part = None
        if part == b"":
            raise EOFError("the other side has closed the connection")
        read += part or b""
        if waiting:  # after every piece too: a peer that drips bytes must not keep us for ever
            waiting()
    return bytes(read)
