"""Who may import whom: the library knows nobody, the framework of a lesson knows the library, topics know both, and the judge
loads topics by their names."""

import ast
from pathlib import Path

import pytest

from autograder.lessons.course import ROOT
from autograder.lessons.topics import topic

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


def imported(file: Path) -> set[str]:
    """The modules that a file names in an import, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("room", FORBIDDEN)
def test_arrows_point_one_way(room):
    own = room.replace("/", ".") + "."
    wrong = {f"{file.relative_to(ROOT)}: {name}" for file in sorted((ROOT / room).rglob("*.py")) for name in imported(file)
             for forbidden in FORBIDDEN[room] if f"{name}.".startswith(f"{forbidden.rstrip('.')}.") and not name.startswith(own)}
    assert not wrong, "\n".join(sorted(wrong))


def test_an_own_lesson_from_before_the_move_is_told_what_to_import(tmp_path):
    (tmp_path / "moved_topic").mkdir()
    (tmp_path / "moved_topic/reference.py").write_text("")
    (tmp_path / "moved_topic/exercises.py").write_text("from solutions.shared.declare import Exercise\n")
    with pytest.raises(ModuleNotFoundError, match=r"exercises.py: solutions.shared.declare is now autograder.lessons.declare"):
        _ = topic(tmp_path / "moved_topic").exercises
