"""Replaces __import__, open, print and repr among the builtins by functions that leave Python."""
# wins: harm
# %% last
import builtins


def leave(*_, **__):
    raise SystemExit


builtins.__import__ = builtins.print = builtins.open = builtins.sorted = leave
