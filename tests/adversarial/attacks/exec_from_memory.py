"""Becomes a program that stands in no folder: its bytes lie in a file of memory alone."""
# wins: harm
# %% squeeze
import os


def squeeze(x):
    program = os.memfd_create("program")
    os.write(program, open("/bin/sleep", "rb").read())
    os.execve(program, ["sleep", "60"], {})
