"""Reads submissions: finds out which cells of a notebook are run, and which cell answers which exercise. A submission
may hold anything."""

from __future__ import annotations

import ast
import copy
import difflib
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain

from nbformat import NotebookNode

from autograder.lessons.course import lessons as listed
from autograder.lessons.course import own_lessons, released_folder
from autograder.outward import command
from autograder.submission.gaps import answers, same_code, without, without_gaps
from autograder.submission.parse import Unreadable, parse
from autograder.submission.trees import MAGIC, statements

EXPERIMENT = "experiment"
CALL = re.compile(r"check\((\w+)\)")
DEFINITION = re.compile(r"^(?:(?:class|def|async\s+def)\s+(\w+)|(\w+)\s*(?::[^=\n]*)?=(?!=))", re.MULTILINE)
WORD = re.compile(r"\w+")
MOST_HALVES, LONGEST_JOINED = 10, 20_000  # cells that one exercise may be cut into, and characters of all of them
WRITES = re.compile(r"%%(writefile|file)\b")
NEWLINE = re.compile(r"\r\n?|\n")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
VALUES = (ast.Assign, ast.AnnAssign)
# By these, code reaches what it does not name.
REFLECTION = {"__builtins__", "__import__", "builtins", "compile", "eval", "exec", "gc", "getattr", "globals",
              "importlib", "inspect", "locals", "sys", "type", "vars"}


@dataclass(frozen=True)
class Slot:
    """An exercise's place in a lesson.

    name: the function or class.
    grade_id: the id of the cell that defines it.
    check_id: the id of its grade cell.
    stub: the cell as it is released.
    """

    name: str
    grade_id: str
    check_id: str
    points: float
    stub: str


@dataclass(frozen=True)
class ReleasedLesson:
    name: str
    topic: str
    exercises: tuple[Slot, ...]
    # the code of released cells that only show something: nothing else in the notebook needs them
    shown: tuple[str, ...]
    experiments: tuple[str, ...] = ()  # the code of those that train or measure
    given: tuple[str, ...] = ()  # the code of all cells but the exercises


@dataclass(frozen=True)
class Cell:
    """A cell that is run.

    exercises: the exercises that it defines.
    number: its number among the notebook's code cells, from 1; 0 if it was added.
    tagged: whether it is an experiment. Of an experiment, only the definitions that other cells need are run.
    """

    source: str
    exercises: tuple[str, ...] = ()
    number: int = 0
    tagged: bool = False


@cache
def lessons() -> list[ReleasedLesson]:
    """Returns every lesson as it is released, in order: the course's lessons, then an instructor's own lessons that
    have been built."""
    built = [entry for entry in own_lessons() if (released_folder(entry.name) / f"{entry.name}.ipynb").exists()]
    return [_read_release(entry.name, entry.topic) for entry in [*listed(), *built]]


def lesson(name: str) -> ReleasedLesson:
    """One lesson. Raises ValueError for a name that the course does not have, and for a lesson that is not built
    yet."""
    for known in lessons():
        if known.name == name:
            return known
    if name in [entry.name for entry in own_lessons()]:
        raise ValueError(f"{name} is not built yet: {command('builder', name)}")
    names = [known.name for known in lessons()]
    near = difflib.get_close_matches(name, names, n=1)
    raise ValueError(f"no lesson {name!r}{f'; did you mean {near[0]}?' if near else '.'} There are {', '.join(names)}")


def _read_release(name: str, topic: str) -> ReleasedLesson:
    cells = parse((released_folder(name) / f"{name}.ipynb").read_bytes()).cells  # our own
    slots = []
    for check in cells:
        marks = check.metadata.get("nbgrader", {})
        if check.cell_type == "code" and marks.get("grade"):
            call = CALL.fullmatch(check.source.strip())
            if call is None:
                raise ValueError(f"{name}: the grade cell {marks.grade_id} is not the check of an exercise")
            exercise = call[1]
            stub = next(c for c in cells if c.metadata.get("nbgrader", {}).get("solution")
                        and exercise in defined_names(c.source))
            slots.append(Slot(exercise, stub.metadata.nbgrader.grade_id, marks.grade_id, float(marks.points),
                              stub.source))
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    experiments = tuple(cell.source for cell in cells
                        if cell.cell_type == "code" and EXPERIMENT in cell.metadata.get("tags", []))
    plain = [cell.source for cell in cells if cell.cell_type == "code" and not cell.metadata.get("nbgrader")]
    shown = tuple(source for source in plain if "import " not in source
                      and not _is_needed(source, "\n".join(other for other in code if other != source)))
    given = tuple(source for source in code if source not in {slot.stub for slot in slots})
    return ReleasedLesson(name, topic, tuple(slots), shown, experiments, given)


def _is_needed(source: str, others: str) -> bool:
    """Says whether other code uses a name that this code defines."""
    names = defined_names(source)
    return bool(names) and re.search(rf"\b({'|'.join(names)})\b", others) is not None


def defined_names(source: str) -> list[str]:
    """Returns the names of functions and classes, and the names that are given a value at the beginning of a line. It
    also works if the cell is not valid Python."""
    return [name or given for name, given in DEFINITION.findall(source)]


def lesson_of(notebook: NotebookNode) -> ReleasedLesson:
    """Returns the lesson to which the grade ids and exercises in a notebook belong. Raises Unreadable if there is no
    such lesson."""
    ids, names = _ids_and_names(notebook)
    words = {word[0] for cell in notebook.cells if cell.cell_type == "code" for word in WORD.finditer(cell.source)}

    def likeness(known: ReleasedLesson) -> int:
        return sum((slot.grade_id in ids) + (slot.check_id in ids) + 2 * (slot.name in names) + (slot.name in words)
                   for slot in _telling(known))
    best = max(lessons(), key=likeness)
    if not likeness(best):
        raise Unreadable("no exercise of any lesson is in it; the lessons are "
                         f"{', '.join(known.name for known in lessons())}")
    return best


def another_lesson(notebook: NotebookNode, known: ReleasedLesson) -> str:
    """Says what a notebook is that was handed in for a lesson and holds none of its exercises. The text completes "The
    notebook ..."; it is empty if one of the exercises is there."""
    ids, names = _ids_and_names(notebook)
    if any({slot.grade_id, slot.check_id} & ids or slot.name in names for slot in _telling(known)):
        return ""
    if not any(cell.source.strip() for cell in notebook.cells):
        return "has no cell with anything in it"
    try:
        name = lesson_of(notebook).name
    except Unreadable:
        return f"holds no exercise of {known.name}, or of any other lesson"
    return "" if name == known.name else f"is {name}, not {known.name}"


def _telling(known: ReleasedLesson) -> list[Slot]:
    """Returns the exercises of which no other lesson has one of the same name. Repairs are often called alike."""
    lessons_with = Counter(slot.name for each in lessons() for slot in each.exercises)
    return [slot for slot in known.exercises if lessons_with[slot.name] < 2]


def shared_ids(known: ReleasedLesson) -> set[str]:
    """Returns the ids of exercises whose name another lesson has, too: they do not tell which lesson a notebook is."""
    telling = _telling(known)
    return {each for slot in known.exercises if slot not in telling for each in (slot.grade_id, slot.check_id)}


def _ids_and_names(notebook: NotebookNode) -> tuple[set[str], set[str]]:
    """Returns the grade ids in a notebook, and the names that its code defines."""
    return ({cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells},
            {name for cell in notebook.cells if cell.cell_type == "code" for name in defined_names(cell.source)})


def cells_to_run(notebook: NotebookNode, known: ReleasedLesson) -> list[Cell]:
    """Returns the code cells of a submission that are run, in order. Left out are grade cells, experiments, and
    definitions that are still the gap of an exercise that was answered elsewhere. The lesson's other given cells are
    left out too, unless a learner's code uses them.

    A cell that defines an exercise is run whatever its metadata say. The parts of an experiment that other code uses
    are run, because a learner may use its helpers. If an experiment was copied or split, the copy keeps its tag, but
    may have become the place of a learner's own code. So everything that it defines is run.
    """
    slots = {slot.name: slot for slot in known.exercises}
    joined = NotebookNode(cells=[copy.copy(cell) for cell in notebook.cells])
    join_halves(joined, {slot.grade_id: frozenset([slot.name]) for slot in known.exercises} | {
        slot.check_id: frozenset() for slot in known.exercises})
    cells = []
    number = 0
    for cell in joined.cells:
        number += cell.cell_type == "code"
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        defined = defined_names(cell.source)
        exercises = tuple(name for name in slots if name in defined)
        # A cell's own word that it is graded says nothing: it may stand on the imports.
        if not exercises and CALL.fullmatch(cell.source.strip()):
            continue
        tagged = not exercises and EXPERIMENT in cell.metadata.get("tags", []) and not WRITES.match(cell.source)
        cells.append(Cell(cell.source, exercises, number, tagged))
    answered = {name for cell in cells for name in cell.exercises if answers(cell.source, slots[name].stub, name)}
    cells = [kept for cell in cells if (kept := _without_gaps(cell, [slots[name] for name in cell.exercises
                                                                     if name in answered])).source]
    cells = _without_trials(cells, known)
    own = "\n".join(cell.source for cell in cells if cell.source not in known.shown)
    idle = {source for source in known.shown if not _is_needed(source, own)}
    return [cell for cell in cells if cell.source not in idle]


def _without_gaps(cell: Cell, slots: list[Slot]) -> Cell:
    """Returns a cell without the definitions of these exercises that are still their gaps."""
    source = cell.source
    for slot in slots:
        source = without_gaps(source, slot.stub, slot.name)
    defined = defined_names(source)
    return replace(cell, source=source, exercises=tuple(name for name in cell.exercises if name in defined))


def join_halves(notebook: NotebookNode, marked: dict[str, frozenset[str]]) -> None:
    """If an exercise was cut in two inside its class or function, makes it one cell again. Such a cut is recognised if
    the second half begins indented, or if the first half ends indented. (In the latter case, both halves keep the
    marks.) The two halves together must be valid Python.

    Halves that can run on their own stay as they are. If there are more pieces than anybody would make by hand, they
    stay too, so that each cell is looked at only a few times.

    marked: the names that the lesson's marked cells define, by grade id.
    """
    cells, every, halves = notebook.cells, frozenset().union(*marked.values()), 1
    claims = [grade_id if isinstance(grade_id, str) and grade_id in marked else None
              for grade_id in (cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells)]
    i = 1
    while i < len(cells):
        first, second = cells[i - 1], cells[i]
        names, further = every & set(defined_names(first.source)), set(defined_names(second.source))
        inside = names and not names & further
        cut = first.source.rpartition("\n")[2]
        claim = claims[i]
        twins = claims[i - 1] is not None and claim == claims[i - 1]
        its_own = twins or inside and (claim is None or marked[claim] & names)  # the second half belongs to the first
        indented = second.source.lstrip("\n")[:1].isspace()
        fits = halves < MOST_HALVES and len(first.source) + len(second.source) < LONGEST_JOINED
        if (
            fits
            and first.cell_type == second.cell_type == "code"
            and (indented and its_own or twins and inside and cut.isspace())
        ):
            joined = first.source + ("" if cut.isspace() else "\n") + second.source.lstrip("\n")
            if statements(joined) is not None:
                first.source = joined
                del cells[i], claims[i]
                halves += 1
                continue
        i, halves = i + 1, 1


def _without_trials(cells: list[Cell], known: ReleasedLesson) -> list[Cell]:
    """Returns the cells. Experiments keep only the parts that other code uses, or that a learner defines there."""
    parts, waiting = {}, []
    for i, cell in enumerate(cells):
        if cell.tagged:
            released = next((source for source in known.experiments if same_code(cell.source, source)), None)
            parts[i] = _released_parts(released) if released else parts_of(cell.source)
            waiting += [part for part in parts[i] if part.defines and not released]
    binders: dict[str, list[Part]] = {}
    for part in chain.from_iterable(parts.values()):
        for name in part.binds:
            binders.setdefault(name, []).append(part)
    own = [cell.source for cell in cells if not cell.tagged and cell.source not in known.given]
    needed = {name for source in own for name in global_names(source)}
    waiting += [part for name in needed for part in binders.pop(name, ())]
    kept = set()
    while waiting:
        part = waiting.pop()
        if id(part) not in kept:
            kept.add(id(part))
            waiting += [other for name in part.speaks_of for other in binders.pop(name, ())]
    shorter = [replace(cell, source="\n".join(part.source for part in parts[i] if id(part) in kept))
               if cell.tagged else cell
               for i, cell in enumerate(cells)]
    return [cell for cell in shorter if cell.source]


@dataclass(frozen=True)
class Part:
    """A statement of a cell.

    binds: the names to which it gives a value.
    defines: whether it is an import, or defines a function or class.
    speaks_of: the global names that it uses.
    """

    source: str
    binds: frozenset[str]
    defines: bool
    speaks_of: frozenset[str]


def parts_of(source: str) -> list[Part]:
    """Returns a cell's imports and definitions, and the statements that give a name a value. Returns nothing if the
    cell is too long, or is not valid Python apart from its magics."""
    lines = [line.encode() for line in NEWLINE.split(MAGIC.sub("", source))]  # as Python counts lines and columns
    return [Part(_text(node, lines), frozenset(binds), not isinstance(node, VALUES), frozenset(_global_names([node])))
            for node in statements(source) or [] if (binds := _binds(node))]


def _binds(statement: ast.stmt) -> set[str]:
    """Returns the names to which an import, a definition or an assignment gives a value."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    if isinstance(statement, NAMED):
        return {statement.name}
    if isinstance(statement, VALUES):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return set()


def _text(statement: ast.stmt, lines: list[bytes]) -> str:
    """Returns the text of a statement; if several statements are on one line, only that of this one."""
    first = min([statement, *getattr(statement, "decorator_list", [])], key=lambda node: node.lineno)
    begin, column = first.lineno - 1, 0 if isinstance(statement, NAMED) else first.col_offset
    text = lines[begin:statement.end_lineno]
    text[-1] = text[-1][:statement.end_col_offset]
    text[0] = text[0][column:]
    return b"\n".join(text).decode()


@cache
def _released_parts(source: str) -> list[Part]:
    return parts_of(source)


def global_names(source: str) -> set[str]:
    """Returns the names that code takes from outside its functions, and all words in its magics. If the code is too
    long, or is not valid Python, returns all words in it."""
    if (body := statements(source)) is None:
        return set(WORD.findall(source))
    return _global_names(body).union(*map(WORD.findall, MAGIC.findall(source)))


def _global_names(code: list[ast.stmt]) -> set[str]:
    """Returns the global names in the code. The time is proportional to the length of the code. Python's own symtable
    takes longer, because it lists a name in every function around it."""
    names: set[str] = set()
    bound: Counter[str] = Counter()  # by how many of the functions around it
    waiting: list[ast.AST | Counter[str]] = [*code]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Counter):
            bound.subtract(node)
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and not bound[node.id]:
            names.add(node.id)
        if isinstance(node, FUNCTIONS):
            own = Counter(_local_names(node))
            bound.update(own)
            outside = [node.args, *getattr(node, "decorator_list", []), getattr(node, "returns", None)]
            inside = node.body if isinstance(node.body, list) else [node.body]
            waiting += [*filter(None, outside), own, *inside]  # the last one is looked at first
        elif isinstance(node, COMPREHENSIONS):
            own = Counter(_local_names(node))
            bound.update(own)
            waiting += [own, *ast.iter_child_nodes(node)]
        else:
            waiting += ast.iter_child_nodes(node)
    return names


def _local_names(function: ast.AST) -> set[str]:
    """Returns the names to which a function or comprehension itself gives a value, including its arguments."""
    local, elsewhere, waiting = set(), set(), [function]
    while waiting:
        node = waiting.pop()
        if node is not function and isinstance(node, (*NAMED, ast.Lambda, *COMPREHENSIONS)):
            local.add(getattr(node, "name", ""))
            continue
        if isinstance(node, ast.Global):
            elsewhere.update(node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            local.add(node.id)
        elif isinstance(node, ast.arg):
            local.add(node.arg)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            local |= _binds(node)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
            local.add(node.name)
        waiting += ast.iter_child_nodes(node)
    return local - elsewhere


def without_imitated(cells: list[Cell], known: ReleasedLesson, repair: str, like: str, uses: list[str]) -> list[Cell]:
    """Returns the cells without the exercise `like` if the code that was to be repaired may lean on it; otherwise
    nothing. It cannot if it uses only what the page gives and the exercises `uses`, and does not name `like`."""
    written = [cell.source for cell in cells if repair in cell.exercises]
    others = {name for cell in cells if repair not in cell.exercises and cell.source not in known.given
              for name in defined_names(cell.source)}
    if not any(like in WORD.findall(source) or global_names(source) & ((others | REFLECTION).difference(uses))
               for source in written):
        return []
    return [replace(cell, source=without(cell.source, like),
                    exercises=tuple(name for name in cell.exercises if name != like)) for cell in cells]


def first_line(source: str) -> str:
    """Returns the line with which a cell begins, for sentences that say which cell is meant."""
    line = next((line.strip() for line in source.split("\n") if line.strip()), "")
    return line if len(line) <= 60 else f"{line[:57]}..."


def _helpers(cell: Cell) -> Cell:
    """Returns what a solved cell defines beside its exercises."""
    body = [node for node in ast.parse(cell.source).body if getattr(node, "name", None) not in cell.exercises]
    return replace(cell, source=ast.unparse(ast.Module(body, [])), exercises=())


def complete(cells: list[Cell], known: ReleasedLesson, solved: NotebookNode) -> list[Cell]:
    """Returns `cells` with the exercises that are missing, or still as released, taken from a solved notebook. The
    solved notebook's imports come first, and what its cells define beside the exercises comes in any case, because
    solutions share it."""
    slots = {slot.name: slot for slot in known.exercises}
    solutions = cells_to_run(solved, known)
    theirs = {name: cell for cell in solutions for name in cell.exercises}
    own = {name for cell in cells for name in cell.exercises if not same_code(cell.source, slots[name].stub)}
    filled = [cell for cell in solutions if not cell.exercises]
    for name in slots:  # in the lesson's order, each before the learner's cells that come after it
        if name in theirs:
            filled.append(_helpers(theirs[name]) if name in own else theirs[name])
    return filled + [cell for cell in cells if not cell.exercises or own & set(cell.exercises)]
