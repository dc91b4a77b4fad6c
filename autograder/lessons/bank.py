"""The bank of a topic, `answers/<exercise>.py`: answers as learners write them, right and wrong, one in each cell.

    # %% right: einsum                                       what is special about it
    # %% wrong: no-keepdim, expect: columns of the map       what its report must lead with: a part of its headline
    # %% wrong: same-buffer, expect: nothing, only a measured process shows it

The text above the first cell, the imports, is part of every answer. If an answer differs from the reference in only a
few lines, it may give just these lines, as comments: `# %% wrong: no-sigmoid, edits, expect: ...`, then the lines that
are removed (`# - `) and those that replace them (`# + `). The lines are compared with the reference as `ast.unparse`
writes it, without docstrings and annotations. A line with `#` alone separates two edits.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

FOLDER = "answers"
CELL = re.compile(r"^# %% (?P<kind>right|wrong): (?P<what>[\w.-]+)(?P<edits>, edits)?(, expect: (?P<expected>.+))?$",
                  re.MULTILINE)
ANY_CELL = re.compile(r"^# %%.*$", re.MULTILINE)
NOTHING = "nothing, "


@dataclass(frozen=True)
class Answer:
    """An answer of the bank.

    kind: "right" or "wrong".
    what: what is special about it.
    expected: what the headline of its report must contain, if the bank says that.
    """

    exercise: str
    kind: str
    what: str
    source: str
    expected: str = ""

    @property
    def name(self) -> str:
        return f"{self.exercise}--{self.what}"

    @property
    def measured(self) -> bool:
        """Whether only a measured process shows that it is wrong."""
        return self.expected.startswith(NOTHING)


def answers(folder: Path, reference: ModuleType) -> list[Answer]:
    """Returns all answers in a topic's folder.

    Raises ValueError, with the file and the cell, if a heading can't be read or if a name occurs twice. It is also
    raised if a file's name is not a name in the reference, or if an edit does not apply exactly once.
    """
    if old := sorted((folder / FOLDER).glob("*/*.py")):
        raise ValueError(f"{old[0]}: answers are cells of {FOLDER}/<exercise>.py now. Move this one there, below "
                         f"a line such as `# %% {old[0].parent.name}: {old[0].stem.partition('--')[2]}`")
    found: list[Answer] = []
    for path in sorted((folder / FOLDER).glob("*.py")):
        found += read(path, reference)
    return found


def read(path: Path, reference: ModuleType) -> list[Answer]:
    """Returns the answers in one file. Raises the same errors as `answers`."""
    if not hasattr(reference, path.stem):
        raise ValueError(f"{path}: the file is named after {path.stem!r}, which the reference does not define")
    text = path.read_text(encoding="utf-8")
    headings = list(ANY_CELL.finditer(text))
    above = text[:headings[0].start()] if headings else ""
    whole = ""  # the reference's code, once an answer needs it
    found: dict[str, Answer] = {}
    for heading, end in zip(headings, [*(each.start() for each in headings[1:]), len(text)]):
        says = CELL.fullmatch(heading[0])
        if not says:
            raise ValueError(f"{path}: {heading[0]!r} is not `# %% right: name` or `# %% wrong: name, expect: part of "
                             "the headline`")
        if says["what"] in found:
            raise ValueError(f"{path}: two answers are called {says['what']!r}")
        own = text[heading.end():end].strip("\n") + "\n"
        try:
            if says["edits"]:
                whole = whole or plain(reference, path.stem)
                own = edited(whole, own)
        except ValueError as error:
            raise ValueError(f"{path}, {says['what']}: {error}") from None
        found[says["what"]] = Answer(path.stem, says["kind"], says["what"], above + own, says["expected"] or "")
    return list(found.values())


class _Plain(ast.NodeTransformer):
    """Removes docstrings and annotations."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            argument.annotation = None
        return self.visit_ClassDef(node)

    def visit_ClassDef(self, node: ast.ClassDef | ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return node


def plain(reference: ModuleType, exercise: str) -> str:
    """Returns the reference's code of an exercise, in the form to which edits apply."""
    tree = ast.parse(Path(str(reference.__file__)).read_text(encoding="utf-8"))
    [node] = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == exercise]
    return ast.unparse(_Plain().visit(node))


def edited(source: str, edits: str) -> str:
    """Returns `source` with some of its lines replaced.

    edits: pieces of `# - ` lines and `# + ` lines; other comments stay above the answer.

    Raises ValueError if the lines of a piece are missing in the source, or occur more than once.
    """
    comments = [line for line in edits.splitlines() if line.startswith("# ") and line[2:4] not in ("- ", "+ ")]
    for old, new in re.findall(r"((?:^# - .*\n)+)((?:^# \+ .*\n)*)", edits, re.MULTILINE):
        gone, come = ([line[4:] for line in hunk.splitlines()] for hunk in (old, new))
        lines = source.splitlines()
        places = [at for at in range(len(lines))
                  if [line.strip() for line in lines[at:at + len(gone)]] == [line.strip() for line in gone]]
        if len(places) != 1:
            raise ValueError(f"{gone} stands {len(places)} times in the reference, not once")
        at = places[0]
        margin = len(lines[at]) - len(lines[at].lstrip()) - (len(gone[0]) - len(gone[0].lstrip()))
        source = "\n".join([*lines[:at], *(" " * margin + line if line.strip() else "" for line in come),
                            *lines[at + len(gone):]])
    return "\n".join([*comments, source]) + "\n"
