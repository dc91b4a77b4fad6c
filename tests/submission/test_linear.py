"""What is done with a notebook before and after learners' code runs takes time in proportion to its size, whatever is
in it.

Processor time of the whole way from a file's bytes to the cells that are run and the marks that are put back, for sizes
that double.
"""

import gc
import json
import time

import pytest

from autograder.classroom.feedback import student_page
from autograder.classroom.nbgrader_plugin.harmless import make_harmless
from autograder.classroom.nbgrader_plugin.repair import Mark, restore
from autograder.intake.files import load
from autograder.judge.measuring import definitions
from autograder.lessons.course import COURSE, NOTEBOOKS
from autograder.submission import parse as parsing
from autograder.submission import trees
from autograder.submission.notebook import cells_to_run, lesson, lesson_of, lessons
from autograder.submission.parse import Unreadable, parse
from tests.suites import few

SE = lesson("01_se")
RELEASED = parse((COURSE / "01_se/01_se.ipynb").read_bytes())
MARKS = {cell.metadata.nbgrader.grade_id: Mark(dict(cell.metadata.nbgrader, cell_type="code"), cell.source,
                                               frozenset(slot.name for slot in SE.exercises
                                                         if slot.stub == cell.source))
         for cell in RELEASED.cells if cell.metadata.get("nbgrader")}
# seconds that can be measured; a file so many times as large takes at most so many times as long ...
SMALL, LARGER, MOST = 0.01, 8, 24
FAST = 0.2e-6  # ... or this many seconds a character, which makes 20 for the largest file that is read


DEEP = json.loads("[" * 400 + "]" * 400)


def code(source, **more):
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], **more}


def marked(source, grade_id):
    return code(source, metadata={"nbgrader": {"grade_id": grade_id, "solution": True}})


# size -> cells; each has about as many characters as its size says.
CELLS = {
    "halves": lambda n: [marked("def squeeze(x):", "squeeze")] + [code("    y = 1 + 1")] * (n // 100),
    "halves with one mark": lambda n: [marked("def squeeze(x):", "squeeze")]
    + [marked("    y = 1 + 1", "squeeze")] * (n // 100),
    "long halves": lambda n: [marked("def squeeze(x):", "squeeze")] + [code("    y = 1\n" * 500)] * (n // 5000),
    "halves that end indented": lambda n: [marked("def squeeze(x):\n    ", "squeeze")] * (n // 100),
    "definitions": lambda n: [code("squeeze = Excitation = SEBlock = 1\nExcitation = 1\nSEBlock = 1")] * (n // 100),
    "stubs": lambda n: [marked(slot.stub, slot.grade_id) for slot in SE.exercises] * (n // 4000),
    "stubs with comments": lambda n: [code(slot.stub + "\n# more" * 100) for slot in SE.exercises] * (n // 8000),
    "cells that the lesson shows": lambda n: [code(source) for source in SE.shown] * (n // 4000),
    "one grade_id": lambda n: [marked("x", "squeeze")] * (n // 100),
    "ids": lambda n: [code("x", id=f"cell-{i:03d}") for i in range(n // 200)] + [code("x", id="x")] * (n // 200),
    "a check": lambda n: [code("check(" + "x" * n + ")")],
    "a check and blanks": lambda n: [code("check(x)" + " " * n + "x")],
    "text": lambda n: [{"cell_type": "markdown", "source": "`" * n}],
    "texts": lambda n: [{"cell_type": "markdown", "source": "[a](b) *c* " * 50}] * (n // 600),
    "lines of a list": lambda n: [code(["x\n"] * (n // 8))],
    "names in functions": lambda n: [code(f"f = lambda {', '.join(f'a{i:05d}' for i in range(n // 20))}: "
                                          f"{'lambda: ' * 900}({', '.join(f'a{i:05d}' for i in range(n // 20))})")],
    "tags": lambda n: [code("x", metadata={"tags": ["experiment"] * (n // 14)})],
    "metadata": lambda n: [code("x", metadata={"nbgrader": {f"{i}": i for i in range(n // 14)}})],
    "nested metadata": lambda n: [code("x", metadata={"a": DEEP})] * (n // 1000),
    "outputs": lambda n: [code("x", outputs=[{"output_type": "stream", "name": "stdout", "text": ["x\n"] * (n // 8)}])],
    "attachments": lambda n: [{"cell_type": "markdown", "source": "x", "attachments": {f"{i}.png": {"image/png": "AAAA"}
                                                                                      for i in range(n // 40)}}],
    "a picture": lambda n: [{"cell_type": "markdown", "source": "x",
                             "attachments": {"a.png": {"image/png": "A" * n + "!"}}}],
}
# What code is made of: a beginning, many of a unit, and an end.
UNITS = {
    "statements": ("", "a;", ""), "lines": ("", "y = 1\n", ""), "one line": ("1", "+1", ""), "dots": ("", ".", ""),
    "blank lines": ("", "\n", ""), "blanks": ("", " ", ""), "gaps": ("", " \n", ""), "async": ("", "async\n", ""),
    "brackets": ("", "(", ""), "nested": ("", "[" * 90 + "]" * 90 + ";", ""), "minus": ("", "-", "1"),
    "quotes": ("", "'", ""), "format strings": ("", "f'{", ""), "a format string": ("f'", "{a}", "'"),
    "short format strings": ("", "f'{a}';", ""), "a digit": ("", "7", ""), "an identifier": ("", "a", ""),
    "a letter": ("", "é", ""), "letters": ("", "é;", ""), "comments": ("", "#", ""), "backslashes": ("", "\\\n", ""),
    "colons": ("", "x:", ""), "annotations": ("", "a:b=1\n", ""), "decorators": ("", "@x\n", "def f(): 0"),
    "decorated": ("", "@x\ndef f():0\n", ""), "deeper": ("", "".join(" " * i + "if 1:\n" for i in range(99)), ""),
    "a dict": ("x = {", "'a': 1, ", "}"), "a tuple": ("", "a,", ""), "arguments": ("f(", "*a, ", ")"),
    "operators": ("x = [a", "+a, a", "]"), "words": ("a", " or a", ""), "lambdas": ("", "lambda: 0;", ""),
    "definitions of an exercise": ("", "class squeeze:\n def f(self): 0\n", ""), "no Python": ("", "a;", "?"),
}
FILES = {
    "cut off": lambda n: json.dumps({"cells": [code("x = 1")] * (n // 100), "nbformat": 4})[:-20],
    "cut off in a string": lambda n: '{"cells": [{"source": "' + "\\n" * (n // 2),
    "brackets": lambda n: "[" * n,
    "members": lambda n: "{" + ", ".join(f'"{i}": 1' for i in range(n // 12)),
    "blanks": lambda n: '{"cells": [' + " " * n,
    "another behind": lambda n: json.dumps({"cells": []}) + " " * n + "{",
    "quotes": lambda n: '"' * n,
    "backslashes": lambda n: '{"cells": ["' + "\\" * n,
    "no UTF-8": lambda n: '{"cells": ["' + "é" * n,
    "a number": lambda n: '{"cells": [], "n": ' + "7" * n + "}",
}


def file_of(cells):
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


@pytest.fixture(autouse=True)
def nothing_is_collected():
    """When Python looks for garbage depends on all else that this process holds."""
    gc.disable()
    yield
    gc.enable()


def seconds(data):
    best = float("inf")
    for _ in range(2):
        began = time.process_time()
        try:
            everything_done_with(parse(data))
        except Unreadable:
            pass
        best = min(best, time.process_time() - began)
    return best


def everything_done_with(notebook):
    lesson_of(notebook)
    restore(notebook, MARKS)
    make_harmless([cell for cell in notebook.cells if cell.cell_type == "markdown"])
    return cells_to_run(notebook, SE)


@pytest.mark.parametrize("unit", UNITS)
def test_as_much_code_as_is_read_takes_no_time(unit):
    """Outside of the process that reads the file."""
    begin, middle, end = UNITS[unit]
    words = len(parsing.WORD.findall(middle * 100)) / 100
    source = begin + middle * int(min(190_000 / len(middle), 9_900 / (words or 1))) + end
    notebook = parse(file_of([marked(f"def squeeze(x): return x\n{source}", "squeeze")] * 9
                             + [code(source, metadata={"tags": ["experiment"]})]))
    began = time.process_time()
    cells = everything_done_with(notebook)
    definitions(cells)
    for cell in cells:
        student_page.code(cell.source)
    assert time.process_time() - began < 5


def test_what_looks_like_comment_is_counted():
    with pytest.raises(Unreadable, match="words and signs in its code"):
        parse(file_of([code('f"""\n# ' + "{x}" * 40_000 + '\n"""')]))  # a text with expressions in it


@pytest.mark.parametrize("name", [known.name for known in lessons()])
def test_nobody_writes_so_much_code_by_hand(name):
    solved = [cell.source for cell in parse((NOTEBOOKS / name / f"{name}.ipynb").read_bytes()).cells
              if cell.cell_type == "code"]
    assert 15 * sum(len(parsing.WORD.findall(source)) for source in solved) < parsing.MOST_WORDS
    assert 12 * max(map(len, solved)) < trees.LONGEST


@pytest.mark.parametrize("name", few([*CELLS, *(f"file: {name}" for name in FILES)], 16, lambda name: 0, str))
def test_time_grows_as_the_size_does(name):
    made = CELLS.get(name) or FILES[name.removeprefix("file: ")]
    make_harmless([])  # and what else is imported once
    lessons()
    size, took = 25_000, 0.0
    while took < SMALL and size < 800_000:  # until there is something to measure
        size *= 2
        took = seconds(bytes_of(made(size)))
    larger = seconds(bytes_of(made(LARGER * size)))
    told = f"{size:,} characters take {took:.3f} s, {LARGER} times as many {larger:.3f} s"
    assert larger < MOST * took or larger < FAST * LARGER * size, told


def bytes_of(made):
    return made.encode("latin-1", "replace") if isinstance(made, str) else file_of(made)


@pytest.mark.parametrize("text, said", [
    ('{"cells": [' + "{}," * (1 << 20) + "{}]}", "cells; at most"),
    ('{"cells": [], "x": [' + "[]," * (3 << 20) + "1]}", "too large to be read"),
    ('{"cells": [], "x": [' + '{"a":1},' * (2 << 20) + "1]}", "too large to be read"),
    (json.dumps({"cells": [code("x" * 2_000_001)]}), "2,000,001 of them code"),
    (json.dumps({"cells": [{"cell_type": "markdown", "source": "x" * 20_000_001}]}), "20,000,001 characters"),
    (json.dumps({"cells": [code("a;" * 99_500)] * 9}),
     "has 1,791,000 words and signs in its code, 199,000 of them in one cell; at most 100,000 are graded. Remove data"),
])
def test_what_would_fill_the_memory_is_not_read(text, said):
    with pytest.raises(Unreadable, match=said):
        parse(text.encode())


def test_a_file_of_many_gigabytes_is_not_opened(tmp_path):
    path = tmp_path / "x.ipynb"
    with path.open("wb") as file:
        file.truncate(20 << 30)
    with pytest.raises(Unreadable, match=f"at most {parsing.LARGEST:,}"):
        load(path)
