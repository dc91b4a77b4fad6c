"""Cells as a worker runs them, one after the other in one set of names."""

from autograder.worker.cells import Cells


def ran(*sources):
    """The names after the cells, and what each of them raised."""
    scope = {"__name__": "cells"}
    cells = Cells(scope)
    return scope, [cells.run(source, f"<cell {number}>", [], 0, False).raised for number, source in enumerate(sources)]


def test_imports_of_the_future_hold_for_the_cells_that_follow():
    scope, raised = ran("from __future__ import annotations", "class Net:\n    def next(self) -> Net: ...\n    x: Later = 1")
    assert raised == [None, None] and scope["Net"].__annotations__ == {"x": "Later"}
    _, raised = ran("class Net:\n    def next(self) -> Net: ...")
    assert raised[0].type == "NameError"


def test_after_an_error_the_next_statement_is_run():
    scope, (raised,) = ran("a = 1\n1 / 0\nb = 2")
    assert raised.type == "ZeroDivisionError" and (scope["a"], scope["b"]) == (1, 2)
