"""The UNTRUSTED side: runs a learner's cells as Jupyter would, on a machine that lacks some of what was there.

One statement at a time, because one that fails here need not have failed where the notebook was written: a package, a file, a GPU or
the patience may be missing. What the other statements of the cell define counts all the same.
"""

from __future__ import annotations
import __future__

import ast
import asyncio
import contextlib
import functools
import importlib
import inspect
import linecache
import operator
import signal
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from attention_lab.checking import crash, lines
from attention_lab.checking.protocol import Raised, Text

FUTURE = functools.reduce(operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names))
MOST = 20  # imports that failed of which a cell's answer speaks
AGAIN = 0.5  # seconds after which a cell that goes on in spite of TimeIsUp meets it once more
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass
class Unmet:
    """An import that failed. module: the package that this machine lacks; None where it is there and lacks a name."""

    module: Text | None
    line: Text
    message: Text


@dataclass
class Ran:
    """How a cell fared. raised: by the first statement that failed, imports aside. late: it was stopped because its time was up."""

    raised: Raised | None = None
    late: bool = False
    unmet: list[Unmet] = field(default_factory=list)


class TimeIsUp(BaseException):
    """Raised in a cell that computes for too long. No Exception, so that `except Exception` in a training loop lets it through."""


class Silent:
    """Stands for anything that draws, trains or measures: may be called, indexed and asked for attributes."""

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
    """What an import that failed would have given. Settings, annotations, decorators and base classes made of it do nothing, so that
    they cost nothing; an exercise that calls it meets the error of the import.
    """

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
    """What `get_ipython()` gives: a magic runs the code in it, if it holds code that is meant to leave something behind; `%%writefile`
    writes and `%run` runs a file in the worker's own folder. The others do nothing."""

    CODE = {"time", "capture", "prun"}

    def __init__(self, run: Callable[[str], None]):
        self._run = run

    def run_line_magic(self, name: str, line: str, *_rest: Any) -> None:
        if name in self.CODE and line:
            self._run(line)
        elif name == "run" and line:
            path = Path(line.split()[0].strip("'\""))
            self._run((path if path.suffix else path.with_suffix(".py")).read_text(encoding="utf-8"))

    def run_cell_magic(self, name: str, line: str, body: str) -> None:
        if name in self.CODE or name == "timeit":
            self._run(body)
        elif name in ("writefile", "file"):
            *options, path = line.split()
            with open(path.strip("'\""), "a" if "-a" in options or "--append" in options else "w", encoding="utf-8") as file:
                file.write(body)
            importlib.invalidate_caches()

    def getoutput(self, *_args: Any, **_kwargs: Any) -> list[str]:
        return []

    def __getattr__(self, _name: str) -> Callable:
        return lambda *_args, **_kwargs: None


class Cells:
    """The learner's global names, and the answers: for each exercise the last function or class that was given its name. A result that
    takes the name later (`squeeze = squeeze(x)`), or `del`, takes nothing away."""

    def __init__(self, scope: dict[str, Any]):
        self.scope = scope
        self.names: Sequence[str] = ()
        self.answers: dict[str, Any] = {}
        self.future = 0  # `from __future__ import ...` holds for the cells that follow, as in IPython
        self.running = False
        self.unmet: list[Unmet] = []
        self.loop: asyncio.AbstractEventLoop | None = None  # one for all cells, as in Jupyter
        shell = Shell(self._nested)
        scope.update(get_ipython=lambda: shell, display=lambda *_args, **_kwargs: None)

    def run(self, source: str, file: str, names: list[str], seconds: float, brief: bool) -> Ran:
        """Run a cell. names: the exercises. seconds: of computing, after which it is stopped (0: no limit). brief: its definitions alone,
        for a cell that has cost a worker its life before."""
        self.names, self.unmet, self.running = names, [], True
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        with warnings.catch_warnings(), _at_most(seconds):
            warnings.simplefilter("ignore")
            error = self._run(source, file, brief)
        self.running = False
        raised = None if error is None else crash.describe(error, self.scope, "cell")
        if raised and isinstance(error, SyntaxError):
            raised.line, raised.number = (error.text or "").strip()[:lines.LONGEST], error.lineno
        return Ran(raised, isinstance(error, TimeIsUp), self.unmet[:MOST])

    def _run(self, source: str, file: str, brief: bool = False) -> BaseException | None:
        """The first error, or None. After an error the next statement is run; when the time is up, only what takes none."""
        try:
            statements = _parsed(source, file, self.future).body
        except BaseException as error:  # a SyntaxError, or one that is too much for the parser
            return error
        first: BaseException | None = None
        for statement in (part for each in statements for part in _parts(each)):
            if (brief or isinstance(first, TimeIsUp)) and not takes_no_time(statement):
                continue
            try:
                self._execute(statement, file)
            except ImportError as error:
                if isinstance(statement, (ast.Import, ast.ImportFrom)):
                    self._do_without(statement, error)
                else:
                    first = first or error
            except BaseException as error:  # a learner's cell may raise anything, SystemExit too
                first = error if isinstance(error, TimeIsUp) else first or error
            self._remember()
        return first

    def _nested(self, source: str) -> None:
        """The code of a magic."""
        if error := self._run(source, "<magic>"):
            raise error

    def _execute(self, statement: ast.stmt, file: str) -> None:
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | self.future
        code = compile(ast.Module([statement], []), file, "exec", flags, dont_inherit=True)
        self.future |= code.co_flags & FUTURE
        running = eval(code, self.scope)
        if inspect.iscoroutine(running):
            self.loop = self.loop or asyncio.new_event_loop()
            self.loop.run_until_complete(running)

    def _do_without(self, statement: ast.Import | ast.ImportFrom, error: ImportError) -> None:
        """Bind the name that an import would have bound."""
        alias, = statement.names
        package, _, inside = alias.name.partition(".")
        absent = Absent(error, lambda: not self.running)
        if isinstance(statement, ast.Import) and inside and not alias.asname:
            self.scope.setdefault(package, absent)  # `import torch.what` does not take torch away
        elif alias.name != "*":
            self.scope[alias.asname or alias.name] = absent
        module = error.name if isinstance(error, ModuleNotFoundError) else None
        self.unmet.append(Unmet(module and module[:lines.LONGEST], ast.unparse(statement)[:lines.LONGEST], str(error)[:lines.LONGEST]))

    def _remember(self) -> None:
        for name in self.names:
            value = self.scope.get(name)
            if not callable(value) or isinstance(value, Silent) or isinstance(value, nn.Module) and name in self.answers:
                continue  # a module made of a class is a result, too
            self.answers[name] = value


def _parsed(source: str, file: str, future: int) -> ast.Module:
    """IPython, which takes a while to import, is asked only where plain Python does not understand the cell."""
    parse = lambda text: compile(text, file, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | future,  # noqa: E731
                                 dont_inherit=True)
    try:
        return parse(source)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        return parse(TransformerManager().transform_cell(source))


def _parts(statement: ast.stmt) -> Iterator[ast.stmt]:
    """The statement; of an import of several names one for each, so that one that is missing does not keep the others away."""
    if not isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield statement
        return
    for alias in statement.names:
        part = ast.Import([alias]) if isinstance(statement, ast.Import) else ast.ImportFrom(statement.module, [alias], statement.level)
        yield ast.copy_location(part, statement)


def takes_no_time(statement: ast.stmt) -> bool:
    """A definition, a lambda among them, or a value that is given without calling anything."""
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return isinstance(statement.value, ast.Lambda) or not any(isinstance(node, (ast.Call, ast.Await)) for node in ast.walk(statement))
    return isinstance(statement, DEFINITIONS)


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise TimeIsUp where the block computes for longer (0: never), and again while it goes on. The judge's own limit comes later, and
    ends the process; where a system has no such timer (Windows) it is the only one."""
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


def built_as_usual(build: Callable) -> Callable:
    """`build`, with torch's usual default dtype while a module is made: after `torch.set_default_dtype(torch.float64)` too, what a
    module is without being told is float32. While it computes, the learner's own default holds."""
    def built(*args: Any, **kwargs: Any) -> Any:
        own = torch.get_default_dtype()
        torch.set_default_dtype(torch.float32)
        try:
            return build(*args, **kwargs)
        finally:
            torch.set_default_dtype(own)
    return built
