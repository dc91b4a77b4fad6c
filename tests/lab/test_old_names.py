"""A notebook of 1.0.0 finds everything where it lay then."""

import subprocess
import sys
from pathlib import Path

import pytest

from attention_lab import old_names

pytestmark = pytest.mark.quick

LINES = Path(__file__).with_name("imports_of_1.0.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("line", LINES)
def test_an_import_line_of_a_page_still_works(line):
    exec(line, {})


@pytest.mark.parametrize("name", old_names.MOVED)
def test_what_has_moved_has_one_module_under_both_names(name):
    old = __import__(f"attention_lab.{name}", fromlist=["*"])
    for room in old_names.MOVED[name]:
        new = __import__(f"attention_lab.{room}", fromlist=["*"])
        assert old is new or {each for each in vars(new) if not each.startswith("__")} <= vars(old).keys()


def test_functions_of_the_library_stay_functions():
    """In a fresh process, which imports their modules by their old names first."""
    names = ("check", "course_map", "progress", "review")
    code = "\n".join([f"import attention_lab.{name}" for name in names]
                     + [f"assert callable(attention_lab.{name})" for name in names])
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_never_was_is_not_found():
    with pytest.raises(ModuleNotFoundError, match="attention_lab.nothing"):
        __import__("attention_lab.nothing")
