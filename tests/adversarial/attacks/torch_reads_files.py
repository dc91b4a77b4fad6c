"""Reads a secret with the readers of torch and numpy instead of Python's open."""
# wins: secret
# %% first
import numpy
import torch

tell(attempt(lambda: bytes(torch.from_file(SECRET, size=30, dtype=torch.uint8).tolist())))
tell(attempt(lambda: numpy.fromfile(SECRET, dtype=numpy.uint8).tobytes()))
tell(attempt(lambda: numpy.memmap(SECRET, mode="r").tobytes()))
