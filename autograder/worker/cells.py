"""The UNTRUSTED side: runs a learner's cells as Jupyter would, on a machine that may lack something that the learner's
machine had.

Statements are run one at a time. A statement that fails here need not have failed for the learner, because a package, a
file, a GPU or time may be missing here. The definitions in the other statements of the cell count all the same.
"""

from __future__ import annotations
import __future__

import ast
import asyncio
import builtins
import contextlib
import functools
import importlib
import inspect
import linecache
import operator
import os
import re
import shlex
import signal
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import nn

from attention_lab.checking.ask import crash, lines, usual
from attention_lab.checking.form.protocol import Raised, Text

FUTURE = functools.reduce(operator.or_,
                          (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names))
MOST = 20  # imports that failed of which a cell's answer speaks
AGAIN = 0.5  # seconds after which a cell that goes on in spite of TimeIsUp meets it once more
NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
DEFINITIONS = (ast.Import, ast.ImportFrom, *NAMED)
MISSING = object()


@dataclass
class Unmet:
    """An import that failed.

    module: the package that this machine lacks; None if the package is installed, but lacks a name.
    """

    module: Text | None
    line: Text
    message: Text


@dataclass
class Ran:
    """How a cell ran.

    raised: the error of the first statement that failed, apart from imports; TimeIsUp if it was stopped.
    """

    raised: Raised | None = None
    unmet: list[Unmet] = field(default_factory=list)


class TimeIsUp(BaseException):
    """Raised in a cell that computes for too long. It is not an Exception, so `except Exception` in a training loop
    does not catch it."""


class Silent:
    """Stands for anything that draws, trains or measures. It can be called and indexed, and it has every attribute."""

    def __getattr__(self, name: str) -> Silent:
        if name.startswith("__"):
            raise AttributeError(name)
        return Silent()

    def __call__(self, *_args: Any, **_kwargs: Any) -> Silent:
        return self

    def __getitem__(self, _key: Any) -> Silent:
        return self

    def __iter__(self):
        return iter(())


class Absent(Silent):
    """Stands for something whose import failed. Settings, annotations, decorators and base classes that use it do
    nothing, so they cost nothing. If an exercise calls it, the error of the import is raised."""

    def __init__(self, error: ImportError, asked: Callable[[], bool]):
        self._error, self._asked = error, asked

    def __getattr__(self, name: str) -> Absent:
        super().__getattr__(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._asked():
            raise type(self._error)(*self._error.args)
        decorated = len(args) == 1 and not kwargs and isinstance(args[0], (types.FunctionType, type))
        return args[0] if decorated else self

    def __mro_entries__(self, _bases: tuple) -> tuple:
        return ()


class Shell:
    """The result of `get_ipython()`. A magic is run if it may leave behind something that later cells need, such as the
    code below `%%time`. `%%writefile` writes a file, and `%run` runs one, in the worker's own folder; `mkdir` makes
    folders there, and `%cd` enters them; `%env` sets a variable. Other magics do nothing, and no other program is run.
    """

    CODE = {"time", "capture", "prun"}

    def __init__(self, run: Callable[[str], None]):
        self._run, self._home = run, Path.cwd()

    def run_line_magic(self, name: str, line: str, *_rest: Any) -> None:
        if name in self.CODE and line:
            self._run(line)
        elif name == "run" and line:
            path = Path(next(word for word in shlex.split(line) if not word.startswith("-")))
            self._run((path if path.suffix else path.with_suffix(".py")).read_text(encoding="utf-8"))
        elif name == "mkdir":
            self.system(f"mkdir {line}")
        elif name == "cd" and line:
            folder = Path(shlex.split(line)[-1]).resolve()
            if folder.is_relative_to(self._home) and folder.is_dir():
                os.chdir(folder)
        elif name in ("env", "set_env"):
            variable, given, value = line.partition("=") if "=" in line else line.partition(" ")
            if given:
                os.environ[variable.strip()] = value.strip()

    def run_cell_magic(self, name: str, line: str, body: str) -> None:
        if name in self.CODE or name == "timeit":
            self._run(body)
        elif name in ("writefile", "file"):
            *options, path = shlex.split(line)
            # a shell command that we don't run may have made it
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            with open(path, "a" if "-a" in options or "--append" in options else "w", encoding="utf-8") as file:
                file.write(body)
            importlib.invalidate_caches()

    def system(self, line: str) -> None:
        for command in re.split(r"&&|;", line):
            if command.split()[:1] == ["mkdir"]:
                for folder in shlex.split(command)[1:]:
                    if not folder.startswith("-"):
                        os.makedirs(folder, exist_ok=True)

    def getoutput(self, *_args: Any, **_kwargs: Any) -> list[str]:
        return []

    def __getattr__(self, _name: str) -> Callable:
        return lambda *_args, **_kwargs: None


class Cells:
    """The learner's global names, and the answers. The answer to an exercise is the last function or class that was
    given its name. If the name is later given to a result (`squeeze = squeeze(x)`) or deleted, the answer stays.

    used: the names that functions and classes of the cells use.
    then: for each exercise, the values of these names directly below the cell that defined it last, where its check
        stands.
    waiting: definitions that failed because a name was missing, each with the value that its own name had at that time.
    """

    def __init__(self, scope: dict[str, Any]):
        self.scope = scope
        self.names: Sequence[str] = ()
        self.answers: dict[str, Any] = {}
        self.then: dict[str, dict[str, Any]] = {}
        self.used: set[str] = set()
        self.waiting: list[tuple[Named, str, Any]] = []
        self.future = 0  # `from __future__ import ...` holds for the cells that follow, as in IPython
        self.running = self.brief = False
        self.unmet: list[Unmet] = []
        self.loop: asyncio.AbstractEventLoop | None = None  # one for all cells, as in Jupyter
        shell = Shell(self._nested)
        self.get_ipython = lambda: shell
        scope.update(get_ipython=self.get_ipython, display=lambda *_args, **_kwargs: None)

    def run(self, source: str, file: str, names: list[str], seconds: float, brief: bool) -> Ran:
        """Runs a cell.

        names: the exercises.
        seconds: the seconds of computing after which it is stopped (0: no limit).
        brief: True runs only its definitions, because the cell has cost a worker its life before.
        """
        self.names, self.unmet, self.running, self.brief = names, [], True, brief
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        before = dict(self.answers)
        with warnings.catch_warnings(), _at_most(seconds):
            warnings.simplefilter("ignore")
            error = self._run(source, file)
            error = self._define_what_waited() or error
        self.running = False
        now = {name: self.scope[name] for name in self.used if name in self.scope}
        self.then |= {name: now for name, answer in self.answers.items() if before.get(name) is not answer}
        raised = None if error is None else crash.describe(error, self.scope, "cell")
        if raised and isinstance(error, SyntaxError):
            raised.line, raised.number = (error.text or "").strip()[:lines.LONGEST], error.lineno
        return Ran(raised, self.unmet[:MOST])

    def changed_since(self, exercise: str) -> dict[str, Any]:
        """Returns the names whose value has changed below the exercise's cell, if a function or class uses them. Each
        comes with the value that it had directly below that cell, or MISSING if it had none. A name that got its first
        value later counts only if it hides one of Python's own names, because a helper may be defined further down."""
        changed: dict[str, Any] = {}
        if (then := self.then.get(exercise)) is None:
            return changed
        for name in self.used - self.answers.keys():
            now, was = self.scope.get(name, MISSING), then.get(name, MISSING)
            if now is not was and (was is not MISSING or hasattr(builtins, name)):
                changed[name] = was
        return changed

    def go_back(self, changed: dict[str, Any]) -> None:
        """Gives names the values that they had directly below an exercise's cell."""
        for name, was in changed.items():
            if was is MISSING:
                del self.scope[name]
            else:
                self.scope[name] = was

    def _run(self, source: str, file: str) -> BaseException | None:
        """Runs the statements, and returns the first error, or None. After an error, the next statement is run. When
        the time is up, only statements that take no time are run."""
        try:
            statements = _parsed(source, file, self.future).body
        except BaseException as error:  # a SyntaxError, or one that is too much for the parser
            return error
        first: BaseException | None = None
        for statement in (part for each in statements for part in _parts(each)):
            if (
                (self.brief or isinstance(first, TimeIsUp))
                and not takes_no_time(statement)
                and not (self.brief and _holds_code(statement))
            ):
                continue
            try:
                if isinstance(statement, (ast.Import, ast.ImportFrom)):
                    self._import(statement, file)
                else:
                    self._execute(statement, file)
            except BaseException as error:  # a learner's cell may raise anything, SystemExit too
                first = error if isinstance(error, TimeIsUp) else first or error
                if isinstance(error, NameError) and isinstance(statement, NAMED):
                    self.waiting.append((statement, file, self.scope.get(statement.name)))
            self._remember(statement)
        return first

    def _define_what_waited(self) -> TimeIsUp | None:
        """Tries the definitions again for which something was missing. It may be defined in a cell further down,
        because somebody ran that cell first. If another statement has used the definition's name since, the name is
        left alone."""
        waiting, self.waiting = self.waiting, []
        for i, (statement, file, was) in enumerate(waiting):
            if self.scope.get(statement.name) is not was:
                continue
            try:
                self._execute(statement, file)
                self._remember(statement)
            except NameError:
                self.waiting.append((statement, file, was))
            except TimeIsUp as error:
                self.waiting += waiting[i + 1:]
                return error
            except BaseException:  # it is told what the cell itself met
                continue
        return None

    def _nested(self, source: str) -> None:
        """Runs the code inside a magic."""
        if error := self._run(source, "<magic>"):
            raise error

    def _execute(self, statement: ast.stmt, file: str) -> None:
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | self.future
        code = compile(ast.Module([statement], []), file, "exec", flags, dont_inherit=True)
        self.future |= code.co_flags & FUTURE
        self.used |= _used_inside(code)
        try:
            running = eval(code, self.scope)
            if inspect.iscoroutine(running):
                self.loop = self.loop or asyncio.new_event_loop()
                self.loop.run_until_complete(running)
        finally:
            usual.forget_devices()  # this machine may not have the one that was set

    def _import(self, statement: ast.Import | ast.ImportFrom, file: str) -> None:
        """Runs an import. If it fails, binds the name to something that does nothing."""
        try:
            try:
                self._execute(statement, file)
            except ImportError:
                importlib.invalidate_caches()  # the file may have been written since Python looked, a moment ago
                self._execute(statement, file)
        except ImportError as error:
            self._do_without(statement, error)
        self.scope["get_ipython"] = self.get_ipython  # IPython's own knows of no shell here

    def _do_without(self, statement: ast.Import | ast.ImportFrom, error: ImportError) -> None:
        """Binds the name that an import would have bound to something that does nothing."""
        alias, = statement.names
        package, _, inside = alias.name.partition(".")
        absent = Absent(error, lambda: not self.running)
        if isinstance(statement, ast.Import) and inside and not alias.asname:
            self.scope.setdefault(package, absent)  # `import torch.what` does not take torch away
        elif alias.name != "*":
            self.scope[alias.asname or alias.name] = absent
        module = error.name if isinstance(error, ModuleNotFoundError) else None
        self.unmet.append(Unmet(module and module[:lines.LONGEST], ast.unparse(statement)[:lines.LONGEST],
                                str(error)[:lines.LONGEST]))

    def _remember(self, statement: ast.stmt) -> None:
        # `from torch import *` has a squeeze, too
        star = isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*"
        for name in self.names:
            value = self.scope.get(name)
            if (
                not callable(value)
                or isinstance(value, Silent)
                or (star or isinstance(value, nn.Module))
                and name in self.answers
            ):
                continue  # a module made of a class is a result, too
            self.answers[name] = value


def _parsed(source: str, file: str, future: int) -> ast.Module:
    """Parses a cell. IPython takes a while to import, so it is used only if the cell is not plain Python."""

    def parse(text: str) -> ast.Module:
        flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | future
        return compile(text, file, "exec", flags, dont_inherit=True)

    try:
        return parse(source)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        return parse(TransformerManager().transform_cell(source))


def _parts(statement: ast.stmt) -> Iterator[ast.stmt]:
    """Returns the statement in parts. An import of several names has a part for each name, so that a missing one does
    not prevent the others."""
    if not isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield statement
        return
    for alias in statement.names:
        part = (
            ast.Import([alias])
            if isinstance(statement, ast.Import)
            else ast.ImportFrom(statement.module, [alias], statement.level)
        )
        yield ast.copy_location(part, statement)


def _used_inside(code: types.CodeType) -> set[str]:
    """Returns the names that the functions and classes of a statement use."""
    inside = [part for part in code.co_consts if isinstance(part, types.CodeType)]
    return {name for part in inside for name in part.co_names}.union(*map(_used_inside, inside))


def _holds_code(statement: ast.stmt) -> bool:
    """Says whether a statement is a magic with code below it, such as `%%time`."""
    called = statement.value.func if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr == "run_cell_magic"


def takes_no_time(statement: ast.stmt) -> bool:
    """Says whether a statement takes no time. That is so for a definition, including one by a lambda, and for an
    assignment that calls nothing."""
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return isinstance(statement.value, ast.Lambda) or not any(
            isinstance(node, (ast.Call, ast.Await)) for node in ast.walk(statement)
        )
    return isinstance(statement, DEFINITIONS)


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raises TimeIsUp if the block computes for longer than `seconds`, and again as long as the block goes on. With 0
    it never does. The judge's own limit comes later, and ends the process. On a system without such a timer (Windows),
    the judge's limit is the only one."""
    def stop(*_: Any) -> None:
        raise TimeIsUp("its time was up")
    try:
        signal.signal(signal.SIGPROF, stop)
        signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN)
    except (AttributeError, OSError):
        yield
        return
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
