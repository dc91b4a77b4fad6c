"""Lifts the limit on recursion and overflows the stack."""
# wins: harm
# %% squeeze
import sys


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")


def squeeze(x):
    sys.setrecursionlimit(1 << 30)
    return Deep().down
