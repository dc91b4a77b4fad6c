"""What crosses the wall between the judge and a worker: frames of a JSON header and tensors (safetensors). Never pickle.

A frame is 8 bytes (the lengths of both parts, little-endian), the header with the tensors' names, the tensors. The names travel along
because safetensors forgets their order, by which renamed weights are placed. Both sides use this file; the worker is given its text.
What comes from a worker is hostile: whatever a frame makes `receive` raise is the worker's end.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable
from typing import Any

import torch
from safetensors.torch import load, save
from torch import Tensor

HEADER_BYTES = 4 << 20
TENSOR_BYTES = 256 << 20
LENGTHS = struct.Struct("<II")
PIECE = 1 << 20  # bytes asked of the socket at once


def send(sock: socket.socket, header: dict[str, Any], tensors: dict[str, Tensor] | None = None) -> None:
    """Send one frame. Raises ValueError where it is larger than a frame may be."""
    head = json.dumps([header, list(tensors or {})]).encode()
    # clones: one tensor may be there under two names, which safetensors refuses
    body = save({name: t.detach().clone(memory_format=torch.contiguous_format) for name, t in tensors.items()}) if tensors else b""
    _bounded(len(head), len(body))
    sock.sendall(LENGTHS.pack(len(head), len(body)) + head + body)


def receive(sock: socket.socket, waiting: Callable[[], None] | None = None) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The next frame. waiting: called whenever the socket's timeout passes without a byte; it raises when that took too long.

    Raises EOFError where the other side has gone, ValueError and what json and safetensors raise for a malformed frame.
    """
    head, body = LENGTHS.unpack(_read(sock, LENGTHS.size, waiting))
    _bounded(head, body)
    header, names = json.loads(_read(sock, head, waiting))
    if not isinstance(header, dict) or not isinstance(names, list):
        raise ValueError(f"a header is an object with a list of names, not {type(header).__name__} and {type(names).__name__}")
    tensors = load(_read(sock, body, waiting)) if body else {}
    if len(names) != len(tensors):
        raise ValueError(f"{len(tensors)} tensors come with {len(names)} names")
    return header, {name: tensors[name] for name in names}


def _bounded(head: int, body: int) -> None:
    if head > HEADER_BYTES or body > TENSOR_BYTES:
        raise ValueError(f"a frame of {head:,} + {body:,} bytes; at most {HEADER_BYTES:,} + {TENSOR_BYTES:,} may be sent")


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
