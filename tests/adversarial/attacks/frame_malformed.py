"""Sends frames that are no objects, have names without tensors, or tensors that are none."""
# wins: harm
# %% squeeze
import os


def squeeze(x):
    for head in (b"[]", b"[[], {}]", b'[{"id": 1}, ["x"]]', b'{"answer": 1}', b"\xff\xfe",
                 b'[{"id": ' + b"9" * 6000 + b"}, []]"):
        for descriptor in range(64):
            attempt(os.write, descriptor, len(head).to_bytes(4, "little") + (9).to_bytes(4, "little") + head + b"x" * 9
                    + b"\n")
    os._exit(0)
