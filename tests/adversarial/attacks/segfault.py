"""Reads address 0."""
# wins: harm
# %% squeeze
import ctypes


def squeeze(x):
    return ctypes.string_at(0)
