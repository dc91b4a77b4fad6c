"""Who may import whom: the library knows nobody, the framework of a lesson knows the library, topics know both, and the
judge loads topics by their names. No modules import each other in a circle."""

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from autograder.lessons.course import ROOT

pytestmark = pytest.mark.quick

# Folder by folder, what must not be imported there. A worker's code is text that needs neither.
FORBIDDEN = {
    "course/attention_lab": ("autograder", "solutions", "builder"),
    "autograder/worker": ("autograder", "solutions", "builder"),
    "autograder/lessons": ("autograder.", "solutions", "builder"),
    "autograder": ("solutions", "builder"),
    "builder": ("solutions",),
    "benchmarks": ("solutions",),
    "docs": ("solutions",),
    "solutions": ("builder",),
}


@cache
def imports(file: Path) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)]


def imported(file: Path) -> set[str]:
    """The modules that a file names in an import, inside functions too."""
    names = set()
    for node in imports(file):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("room", FORBIDDEN)
def test_arrows_point_one_way(room):
    own = room.replace("/", ".") + "."
    wrong = {f"{file.relative_to(ROOT)}: {name}" for file in sorted((ROOT / room).rglob("*.py"))
             for name in imported(file)
             for forbidden in FORBIDDEN[room] if f"{name}.".startswith(f"{forbidden.rstrip('.')}.")
             and not name.startswith(own)}
    assert not wrong, "\n".join(sorted(wrong))


def modules(room: str) -> dict[str, Path]:
    """The modules of a package by their full names, which begin with the name of its folder."""
    folder = ROOT / room
    return {".".join(file.relative_to(folder.parent).with_suffix("").parts).removesuffix(".__init__"): file
            for file in sorted(folder.rglob("*.py"))}


def imported_of(known: dict[str, Path], name: str) -> set[str]:
    """Those of the known modules that a module names in an import: inside functions too, relative ones, and for type
    checkers alone."""
    package = name.split(".") if known[name].name == "__init__.py" else name.split(".")[:-1]
    found = set()
    for node in imports(known[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        else:
            base = package[:len(package) + 1 - node.level] if node.level else []
            source = ".".join([*base, *filter(None, [node.module])])
            found |= {inside if (inside := f"{source}.{alias.name}") in known else source for alias in node.names}
    return found & known.keys() - {name}


@pytest.mark.parametrize("room", ["course/attention_lab", "autograder", "builder", "solutions", "docs", "benchmarks"])
def test_no_modules_import_each_other_in_a_circle(room):
    known = modules(room)
    try:
        TopologicalSorter({name: imported_of(known, name) for name in known}).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


CHECKING = ("form", "facts", "known", "ask", "verdict")  # each may import itself and those before it


def test_the_five_rooms_of_a_check_import_only_those_before_them():
    room = {name: name.split(".")[2] for name in modules("course/attention_lab") if name.count(".") > 2
            and name.split(".")[1] == "checking"}
    known = modules("course/attention_lab")
    wrong = [f"{name} imports {other}" for name in room for other in imported_of(known, name)
             if other in room and CHECKING.index(room[other]) > CHECKING.index(room[name])]
    assert set(room.values()) == set(CHECKING) and not wrong, "\n".join(sorted(wrong))


SHARED = ("pictures", "tasks", "networks", "significance")  # what two lessons or more use


def test_a_kit_serves_its_lesson_alone_and_a_shared_package_two_lessons_or_more():
    known = modules("course/attention_lab")
    reached = {name: imported_of(known, name) for name in known}
    kit = {name: (name.split(".") + [""] * 3)[2] if "lessons" in name.split(".")[1:2] else "" for name in known}
    out = [f"{name} imports {other}" for name in known for other in reached[name] if kit[other] not in ("", kit[name])]
    assert not out, "\n".join(sorted(out))
    users = {name: set[str]() for name in known}
    for name in filter(kit.get, known):
        waiting = [name]
        while waiting:
            for other in reached[waiting.pop()] - {"attention_lab"}:
                if kit[name] not in users[other]:
                    users[other].add(kit[name])
                    waiting.append(other)
    alone = [f"{name} serves {' '.join(users[name]) or 'no lesson'}: it belongs into its kit" for name in known
             if name.split(".")[1:2] and name.split(".")[1] in SHARED and name.count(".") == 2 and len(users[name]) < 2]
    assert not alone, "\n".join(sorted(alone))
