"""Cells as a worker runs them, one after the other in one set of names."""

import sys
from pathlib import Path

import pytest

from autograder.worker.cells import Cells

pytestmark = pytest.mark.quick


def cells_of(*sources, brief=False):
    """The cells, after they were run; squeeze is their exercise."""
    cells = Cells({"__name__": "cells"})
    cells.raised = [cells.run(source, f"<cell {number}>", ["squeeze"], 0, brief).raised
                    for number, source in enumerate(sources)]
    return cells


def ran(*sources):
    """The names after the cells, and what each of them raised."""
    cells = cells_of(*sources)
    return cells.scope, cells.raised


def test_imports_of_the_future_hold_for_the_cells_that_follow():
    scope, raised = ran("from __future__ import annotations",
                        "class Net:\n    def next(self) -> Net: ...\n    x: Later = 1")
    assert raised == [None, None] and scope["Net"].__annotations__ == {"x": "Later"}
    _, raised = ran("class Net:\n    def next(self) -> Net: ...")
    assert raised[0].type == "NameError"


def test_after_an_error_the_next_statement_is_run():
    scope, (raised,) = ran("a = 1\n1 / 0\nb = 2")
    assert raised.type == "ZeroDivisionError" and (scope["a"], scope["b"]) == (1, 2)


def test_a_definition_waits_for_the_cell_that_has_what_it_lacks():
    cells = cells_of("@traced\ndef squeeze(x):\n    return x", "def traced(f):\n    return f", "def other(): pass")
    assert cells.answers["squeeze"](3) == 3 and not cells.waiting
    cells = cells_of("class squeeze(Base): pass", "def squeeze(x):\n    return x", "class Base: pass")
    assert cells.answers["squeeze"](3) == 3  # the name is the second one's by then


def test_names_go_back_to_what_they_were_below_the_exercise():
    first = "AXES = 2\ndef pool(x):\n    return sum([x, AXES])\ndef squeeze(x):\n    return pool(x) + later()"
    cells = cells_of(first, "def pool(a, b): ...\nAXES = sum = 0\nx = 1", "def later():\n    return 1")
    changed = cells.changed_since("squeeze")
    assert changed.keys() == {"pool", "AXES", "sum"}
    cells.go_back(changed)
    assert cells.answers["squeeze"](3) == 6 and not cells.changed_since("squeeze")
    assert not cells_of(first, "x = 1\nsqueeze = squeeze\ndef later(): ...").changed_since("squeeze")
    assert not cells_of("x = 1").changed_since("squeeze")
    assert cells_of("def squeeze(x):\n    return sum(x)", "sum = 0").changed_since("squeeze")


def test_what_waits_is_stopped_with_its_cell():
    forever = "def later(f):\n    while True: pass"
    cells = Cells({"__name__": "cells"})
    cells.run("@later\ndef squeeze(x): ...\n@last\ndef other(x): ...", "<cell 0>", ["squeeze"], 0, False)
    assert cells.run(forever, "<cell 1>", ["squeeze"], 0.1, False).raised.type == "TimeIsUp"
    assert [statement.name for statement, *_ in cells.waiting] == ["other"]


def test_a_star_takes_no_answer_away():
    cells = cells_of("def squeeze(x):\n    return 3", "from torch import *")
    assert cells.answers["squeeze"](0) == 3


def test_of_a_magic_the_definitions_are_run_when_nothing_else_is():
    cells = cells_of("from IPython import get_ipython", "%%time\ntotal = print(1)\ndef squeeze(x):\n    return 3",
                     brief=True)
    assert cells.raised == [None, None] and cells.answers["squeeze"](0) == 3 and "total" not in cells.scope


def test_a_module_that_was_written_a_moment_ago_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    written = "import os\nwas = os.stat('.').st_mtime_ns\ntry:\n    import nothing_here\nexcept ImportError: pass\n" \
              "open('new_here.py', 'w').write('n = 3')\nos.utime('.', ns=(was, was))\nfrom new_here import n"
    scope, raised = ran(written)
    assert raised == [None] and scope["n"] == 3


def test_files_and_folders_stay_in_the_folder(tmp_path, monkeypatch):
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    scope, raised = ran("!mkdir -p a/b && ls", "%cd a", "%%writefile b/c/x.py\nn = 3", "%run -i b/c/x.py -v",
                        "%cd ../..\n%env N=4",
                        "import os\nhere, number = os.getcwd(), os.environ.pop('N')")
    assert (
        raised == [None] * 6
        and (scope["n"], scope["number"]) == (3, "4")
        and Path(scope["here"]) == tmp_path / "home/a"
    )
