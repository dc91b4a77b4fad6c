"""Frames, honest and hostile."""

import json
import socket
import struct
import threading

import pytest
import torch

from autograder import wire


@pytest.fixture
def ends():
    a, b = socket.socketpair()
    with a, b:
        yield a, b


def test_what_is_sent_arrives(ends):
    x = torch.randn(3, 4)
    tensors = {"a": x, "the same again": x, "strided": x.T, "empty": torch.zeros(0, 2), "whole": torch.arange(3),
               "true": torch.tensor([True]), **{f"{n}.weight": torch.zeros(2) for n in (10, 2, 0, 7, 1)},
               "nan": torch.tensor([float("nan"), float("inf")])}
    wire.send(ends[0], {"n": 1, "text": "ü\x1b", "deep": [[{"a": None}]]}, tensors)
    header, got = wire.receive(ends[1])
    assert header == {"n": 1, "text": "ü\x1b", "deep": [[{"a": None}]]}
    assert list(got) == list(tensors)  # weights are placed by it
    for name, t in tensors.items():
        assert got[name].dtype == t.dtype and torch.equal(got[name].nan_to_num(), t.nan_to_num())


def test_a_large_frame_arrives(ends):
    thread = threading.Thread(target=wire.send, args=(ends[0], {}, {"x": torch.ones(1 << 20)}))
    thread.start()
    assert wire.receive(ends[1])[1]["x"].sum() == 1 << 20
    thread.join()


@pytest.mark.parametrize("frame, error", [
    (struct.pack("<II", 5, 0) + b"[1,2]", ValueError),
    (struct.pack("<II", 9, 0) + b'[{},["a"]', ValueError),
    (struct.pack("<II", 10, 0) + b'[{},["a"]]', ValueError),
    (struct.pack("<II", 2, 0) + b"{}", ValueError),
    (struct.pack("<II", 3, 0) + b"abc", json.JSONDecodeError),
    (struct.pack("<II", 200_000, 0) + b"[" * 200_000, RecursionError),
    (struct.pack("<II", wire.HEADER_BYTES + 1, 0), ValueError),
    (struct.pack("<II", 2, wire.TENSOR_BYTES + 1), ValueError),
    (struct.pack("<II", 7, 20) + b"[{},[]]" + b"\xff" * 20, Exception),
    (struct.pack("<II", 2, 0), EOFError),
    (b"", EOFError),
])
def test_what_is_no_frame_is_refused(ends, frame, error):
    ends[0].sendall(frame)
    ends[0].shutdown(socket.SHUT_WR)
    with pytest.raises(error):
        wire.receive(ends[1])


def test_what_is_too_large_is_not_sent(ends):
    with pytest.raises(ValueError, match="at most"):
        wire.send(ends[0], {"x": "a" * (wire.HEADER_BYTES + 1)})


def test_waiting_is_asked_while_bytes_drip(ends):
    ends[1].settimeout(0.01)
    asked = []

    def waiting():
        asked.append(True)
        if len(asked) > 3:
            raise InterruptedError
    ends[0].sendall(struct.pack("<II", 100, 0) + b"{")
    with pytest.raises(InterruptedError):
        wire.receive(ends[1], waiting)
