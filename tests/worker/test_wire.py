"""Frames, honest and hostile."""

import contextlib
import json
import socket
import struct
import threading

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save

from attention_lab.checking.form import bounds
from autograder.worker import wire

pytestmark = pytest.mark.quick


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
    tensors |= {"one": torch.tensor(2.5), "narrow": torch.ones(2, dtype=torch.bfloat16)}
    wire.send(ends[0], 7, wire.Packed({"n": 1, "text": "ü\x1b", "deep": [[{"a": None}]]}, tensors))
    header, got = wire.receive(ends[1])
    assert header == {"id": 7, "n": 1, "text": "ü\x1b", "deep": [[{"a": None}]]}
    assert list(got) == list(tensors)  # weights are placed by it
    for name, t in tensors.items():
        assert got[name].dtype == t.dtype and torch.equal(got[name].nan_to_num(), t.nan_to_num())
        assert got[name].untyped_storage().nbytes() == t.numel() * t.element_size()  # not a view of all of them


@given(st.lists(st.tuples(st.text(max_size=5),
                          st.sampled_from([torch.float64, torch.float32, torch.int64, torch.bool, torch.float16]),
                          st.lists(st.integers(0, 4), max_size=4)), unique_by=lambda spec: spec[0]),
                          st.integers(0, 1 << 60))
def test_any_names_dtypes_and_shapes_arrive_in_order(specs, number):
    tensors = {name: (10 * torch.rand(shape)).to(dtype) for name, dtype, shape in specs}
    a, b = socket.socketpair()
    with a, b:
        wire.send(a, number, wire.Packed({}, tensors))
        header, got = wire.receive(b)
    assert header == {"id": number} and list(got) == list(tensors)
    assert all(got[name].dtype == t.dtype and torch.equal(got[name], t) for name, t in tensors.items())


def test_a_large_frame_arrives(ends):
    thread = threading.Thread(target=wire.send, args=(ends[0], 1, wire.Packed({}, {"x": torch.ones(1 << 20)})))
    thread.start()
    assert wire.receive(ends[1])[1]["x"].sum() == 1 << 20
    thread.join()


def frame(specs, flat):
    named, body = json.dumps([{}, specs]).encode(), save(flat) if flat else b""
    return struct.pack("<II", len(named), len(body)) + named + body


def head(text):
    return struct.pack("<II", len(text), 0) + text


@pytest.mark.parametrize("sent, error", [
    (struct.pack("<II", 5, 0) + b"[1,2]", ValueError),
    (struct.pack("<II", 9, 0) + b'[{},["a"]', ValueError),
    (struct.pack("<II", 10, 0) + b'[{},["a"]]', ValueError),
    (struct.pack("<II", 2, 0) + b"{}", ValueError),
    (struct.pack("<II", 3, 0) + b"abc", json.JSONDecodeError),
    (struct.pack("<II", 200_000, 0) + b"[" * 200_000, RecursionError),
    (struct.pack("<II", bounds.HEADER_BYTES + 1, 0), ValueError),
    (struct.pack("<II", 2, bounds.TENSOR_BYTES + 1), ValueError),
    (frame([["x", "torch.float32", [3]]], {"torch.float32": torch.ones(2)}), Exception),
    (frame([["x", "torch.float32", [-2]]], {"torch.float32": torch.ones(2)}), ValueError),
    (frame([["x", "torch.float32", [1 << 40, 0]]], {"torch.float32": torch.ones(2)}), ValueError),
    (frame([["x", "torch.float64", [2]]], {"torch.float32": torch.ones(2)}), KeyError),
    (frame([["x", "torch.float32", [2]]], {}), KeyError),
    (frame([["x", "torch.float32", 2]], {"torch.float32": torch.ones(2)}), TypeError),
    (frame([[["x"], "torch.float32", [2]]], {"torch.float32": torch.ones(2)}), ValueError),
    (frame(["x"], {"torch.float32": torch.ones(2)}), ValueError),
    (frame([], {"torch.float32": torch.ones(2)}), Exception),
    (struct.pack("<II", 7, 20) + b"[{},[]]" + b"\xff" * 20, Exception),
    (frame([["x", "torch.float32", [1] * 17]], {"torch.float32": torch.ones(1)}), ValueError),
    (frame([["x", "torch.float32", [1] * 300_000]], {"torch.float32": torch.ones(1)}), ValueError),
    (frame([[str(n), "torch.bool", [0]] for n in range(bounds.TENSORS + 1)], {"torch.bool": torch.ones(0).bool()}),
     ValueError),
    (frame([["x", "torch.int8", [bounds.ELEMENTS + 1]]],
           {"torch.int8": torch.ones(bounds.ELEMENTS + 1).to(torch.int8)}), ValueError),
    (frame([["x", "torch.complex64", [1]]], {"torch.complex64": torch.ones(1).to(torch.complex64)}), ValueError),
    (frame([["x", "torch.uint16", [1]]], {"torch.uint16": torch.ones(1).to(torch.uint16)}), ValueError),
    (frame([["x", "torch.float64", [1]]], {"torch.float64": torch.ones(1).to(torch.uint16)}), ValueError),
    (head(b'[{"n": 1%s}, []]' % (b"0" * 400)), ValueError),
    (head(b'[{"n": %s1%s}, []]' % (b"[" * 100, b"]" * 100)), ValueError),
    (struct.pack("<II", 2, 0), EOFError),
    (b"", EOFError),
])
def test_what_is_no_frame_is_refused(ends, sent, error):
    def send():
        with contextlib.suppress(ConnectionError):  # it was refused before its end
            ends[0].sendall(sent)
            ends[0].shutdown(socket.SHUT_WR)
    thread = threading.Thread(target=send)
    thread.start()
    with pytest.raises(error):
        wire.receive(ends[1])
    ends[1].close()
    thread.join()


def test_what_is_too_large_is_not_sent(ends):
    with pytest.raises(ValueError, match="at most"):
        wire.Packed({"x": "a" * (bounds.HEADER_BYTES + 1)})
    with pytest.raises(ValueError, match="8388609"):
        wire.Packed({}, {"x": torch.zeros(bounds.ELEMENTS + 1, dtype=torch.bool)})


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
    asked.clear()
    with pytest.raises(InterruptedError):  # whoever reads nothing
        wire.send(ends[1], 1, wire.Packed({}, {"x": torch.zeros(bounds.ELEMENTS)}), waiting)
