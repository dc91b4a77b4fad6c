"""Some of forty hand in the worst that they can think of: the others' feedback and the page of insights hardly wait
for them, and formgrader opens their pages."""

import contextlib
import json
import subprocess
import sys
import time
from dataclasses import dataclass, replace

import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder.classroom.feedback.student_page import LARGEST
from tests.browser.lab import missing_tools, wait_for
from tests.classroom.classes import environment, moved
from tests.classroom.course import Course
from tests.classroom.pupils import FULL, HOSTILE, LESSON, PUPILS, PWN, SOLVED, Pupil
from tests.classroom.test_formgrader import Formgrader, submission
from tests.conftest import need

pytestmark = pytest.mark.nightly

CLASS = 40
USUAL = [pupil for pupil in PUPILS if pupil.student in ("ada", "ben", "cleo", "dora", "emil", "fay", "gus", "kim",
                                                        "ned", "tom")]
SLOWER, MEGABYTES = 3, 900  # times an ordinary class; of one process
SECONDS = 30  # of computing for a page of formgrader, by its server and the browser; it takes three


def of_a_class(pupils, many):
    """So many pupils, who hand in what these do."""
    return [replace(pupils[number % len(pupils)], student=f"student{number:02d}") for number in range(many)]


def answer(source):
    """Changes how the first exercise begins, which stays right."""
    return {"squeeze": SOLVED["squeeze"].replace("    return ", source + "    return ", 1)}


def cells(*made):
    return lambda notebook: notebook.cells.extend(made)


ELIFS = "    if x is None:\n        pass\n" + "".join(f"    elif x is {number}:\n        pass\n"
                                                      for number in range(300))
STEERING = "\x1b[31m\x1b]0;pwned\x07\u202eevil\u2066"
OUTPUT = new_output("stream", name="stdout", text=("0123456789" * 10 + "\n") * 200_000)
COLOURED = ("f'{" * 300, "'''" + "\\" * 9_000, "a" + "[" * 9_000, "%" * 9_000, "0x" + "f" * 9_000, "@" * 9_000,
            "r'" + "\\'" * 4_000,
            "\n".join(f"!{{{'$x' * 20}}} ?" for _ in range(200)), "if 0:\n " + ";".join(["a"] * 4_500), "#" * 9_000,
            " " * 9_000 + "x",
            "lambda " * 1_400, "é" * 9_000)
RENDERED = ("*a " * 2_600, "[" * 7_900, "> " * 3_900, "<div>" * 1_500, "`" * 7_900, "- " * 3_900, "$a$ " * 1_900,
            "![a](" * 1_500,
            "<a href='#'>" * 600, "| a " * 1_900 + "\n" + "|---" * 1_900, "\\(" * 3_900, "**_" * 2_600, "&#" * 3_900,
            "a\n" * 3_900)
SCRIPT = f"<script>{PWN}</script>"
PICTURE = {"p.png": {"image/png": "A" * 3_900_000}}
# Code of more than 100,000 words and signs is not graded, so all have fewer.
WORST = [
    Pupil("long", "600,000 characters on one line", FULL, answer(f"    text = '{'a' * 600_000}'\n"),
          cells(new_markdown_cell("a " * 300_000), new_code_cell(f"n = '{'a' * 600_000}'"))),
    Pupil("elifs", "300 elifs", FULL, answer(ELIFS),
          cells(*(new_code_cell(f"def more{n}(x):\n{ELIFS}") for n in range(38)))),
    Pupil("deep", "expressions inside each other", FULL,
          answer("    n = 0" + "+0" * 400 + "\n    m = " + "(" * 90 + "1" + ")" * 90 + "\n"), cells(
              new_code_cell("z = " + "-" * 5_000 + "1"), new_code_cell("z = " + "[" * 5_000))),
    Pupil("escapes", "escape codes in names", FULL, answer(f"    {STEERING!r}\n    µℌ = '{STEERING[-5:]}'\n"),
          cells(new_code_cell(f"raise ValueError({STEERING!r})"), new_markdown_cell(STEERING * 300)),
          first_name=STEERING,
          others={"red\x1b[31m.txt": STEERING}),
    Pupil("outputs", "outputs of 80 MB", FULL, edit=cells(*(new_code_cell("1", outputs=[OUTPUT]) for _ in range(4)))),
    Pupil("many", "10,000 cells", FULL, edit=lambda notebook: notebook.cells.extend(
        [new_markdown_cell("*a* `b` <b>c</b>") if n % 2 else new_code_cell(f"x = {n}\nprint(x)")
         for n in range(9_900)])),
    Pupil("html", "HTML and Markdown that take long", FULL, edit=cells(*map(new_markdown_cell, [*HOSTILE, *RENDERED]))),
    Pupil("pictures", "a picture that is shown 400 times, and four more", FULL, edit=cells(
        *(new_markdown_cell("![](attachment:p.png)" * times, attachments=PICTURE) for times in (350, 1, 1, 1, 1)))),
    Pupil("texts", "20 MB of text that is shown as it is", FULL, edit=cells(
        *(new_markdown_cell("<&" * 95_000, id=f"text{n}") for n in range(100)))),
    Pupil("lines", "10,000 lines, and markup in names of files and errors", FULL, answer("    # a line\n" * 10_000),
          cells(new_code_cell("x = 1\n" * 10_000), new_markdown_cell("line\n\n" * 10_000),
                new_code_cell(f"raise ValueError({SCRIPT!r} * 20_000)"), new_markdown_cell("# squeeze-check")),
          others={"<img src=x onerror=y>.png": SCRIPT, "page.html": SCRIPT, "picture.svg": SCRIPT}),
    Pupil("colours", "code that takes long to colour", FULL, edit=cells(*map(new_code_cell, COLOURED))),
]


# what takes a page longest, and so three more hand it in
MANY = next(pupil for pupil in WORST if pupil.student == "many")
HANDED_IN = [*WORST, *(replace(MANY, student=f"many{number}") for number in range(3))]


@dataclass
class Used:
    """What a command took: seconds of computing and megabytes of its largest process."""

    seconds: float
    megabytes: float
    clock: float


# A process begins with the memory of the one that starts it, as far as the kernel's statistics go: so it is started by
# a small one.
MEASURED = """import json, os, resource, subprocess, sys
status = subprocess.run([sys.executable, "-m", *sys.argv[2:]], stdin=subprocess.DEVNULL, stdout=2).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
open(sys.argv[1], "w").write(json.dumps([status, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""


def used(course, *command):
    """Runs a command in the course's folder."""
    began = time.monotonic()
    with open(course.folder / "log", "ab") as log:
        subprocess.run([sys.executable, "-c", MEASURED, str(course.folder / "used"), *command], cwd=course.folder,
                       env=environment(course),
                       stderr=log, check=True)
    status, seconds, kilobytes = json.loads((course.folder / "used").read_text())
    assert status == 0, (course.folder / "log").read_text(errors="replace")[-3000:]
    return Used(seconds, kilobytes / 1024, time.monotonic() - began)


def computed_by_children() -> float:
    """The seconds that the processes have computed that run below this one."""
    found = 0.0
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            found += sum(child.cpu_times()[:2])
    return found


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    """The course of the class with the worst, and what each command took for it and for an ordinary class."""
    folder = tmp_path_factory.mktemp("worst")
    first = Course(folder / "usual")
    first.release()
    taken = {}
    for name, pupils in {"usual": of_a_class(USUAL, CLASS),
                         "worst": [*of_a_class(USUAL, CLASS - len(HANDED_IN)), *HANDED_IN]}.items():
        course = first if name == "worst" else moved(first, folder / "other")
        course.collect(pupils)
        taken[name] = {"grade": used(course, "autograder", "grade", LESSON, "--jobs=2"),
                       "feedback": used(course, "nbgrader", "generate_feedback", LESSON),
                       "insights": used(course, "autograder", "insights", LESSON)}
        for step, each in taken[name].items():
            print(f"{name:<6} {step:<9} {each.seconds:6.1f} s of computing, {each.clock:6.1f} s, "
                  f"{each.megabytes:5.0f} MB")
    return first, taken


def test_the_worst_slow_nobody_down(classes):
    course, taken = classes
    assert {pupil.student: course.grades()[pupil.student]
            for pupil in HANDED_IN} == {pupil.student: pupil.points for pupil in HANDED_IN}
    for pupil in HANDED_IN:
        assert course.feedback(pupil.student).exists()
        assert course.feedback(pupil.student).stat().st_size <= LARGEST
    assert taken["worst"]["feedback"].seconds < SLOWER * taken["usual"]["feedback"].seconds
    assert all(each.megabytes < MEGABYTES for own in taken.values() for each in own.values())
    page = (course.folder / f"work/insights/{LESSON}.html").read_text(encoding="utf-8")
    assert "\x1b" not in page and f"<script>{PWN}" not in page


def test_formgrader_opens_the_worst_within_seconds_and_runs_nothing(classes):
    need(missing_tools())
    course, _ = classes
    boxes = "return [...document.querySelectorAll('input.score')].map(box => box.placeholder).join()"
    with Formgrader(course.folder) as lab:
        for page, ready in (("manage_assignments", "td.num-submissions a"), ("manage_students", "td.name a"),
                            (f"manage_submissions/{LESSON}", "td.autograde a"),
                            (f"gradebook/{LESSON}/{LESSON}", "td.name a")):
            lab.page(page, ready)
            lab.nothing_ran()
        for pupil in HANDED_IN:
            began = computed_by_children()
            lab.page(submission(course, pupil.student), ".score")
            wait_for(f"the points of {pupil.student}", lambda: lab.js(boxes) == "2,3,4,1")
            assert computed_by_children() - began < SECONDS, pupil.student
            lab.nothing_ran()
