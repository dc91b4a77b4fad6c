"""Writes itself into the gradebook."""
# wins: harm
# %% first
import sqlite3


def write():
    with sqlite3.connect(GRADEBOOK, timeout=1) as db:
        db.execute("INSERT INTO student (id) VALUES (?)", (MARKER,))


attempt(write)
