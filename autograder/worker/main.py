"""The UNTRUSTED side: runs a learner's cells, then answers questions about what they define. It knows no reference and
no grader.

sandbox.py starts it as `python -I`, with the texts of this file and of the modules that it needs. A first process
imports torch once, and forks a worker for each socket that it is given. If it cannot fork (with a GPU, or on a system
without fork), it is the worker itself.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import gc
import importlib.abc
import importlib.machinery
import inspect
import json
import os
import re
import signal
import socket
import struct
import sys
import types
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import attention_lab
from attention_lab.checking.ask.observe import observe
from attention_lab.checking.ask.usual import as_usual
from attention_lab.checking.form.protocol import Question, plain, read

from . import bars, layers, proxies, room, snapshot, wire
from .cells import Cells, Silent

# What lessons import for pictures and experiments; here all of it does nothing, so that no check waits for a plot. The
# same holds for a lesson's own pictures.
SILENT = ("networks.cost", "networks.training", "pictures", "significance", "tasks.data")
ANOTHER = b"another"  # in the place of a worker's folder: a process that forks workers is asked for
HEAP_TYPE = 1 << 9  # of a class's flags: it was made by Python code, and can be changed
SOCKET = 3  # a worker's one open file besides /dev/null


class Notebook:
    """The learner's cells, proxies for some of their exercises, and questions about the others."""

    def __init__(self, remote: Callable, put_back: Callable[[], None]):
        main = types.ModuleType("__main__")
        sys.modules["__main__"] = main
        self.scope, self.remote, self.put_back = vars(main), remote, put_back
        self.cells = Cells(self.scope)
        self.proxies: dict[str, Any] = {}
        builtins.input = lambda *_args: ""

    def proxy(self, header: dict, _tensors: dict) -> tuple[dict, dict]:
        """From now on, this name belongs to a proxy for an earlier exercise, which the judge computes."""
        self.proxies[header["name"]] = proxies.make(header, self.remote)
        self.scope.update(self.proxies)
        return {}, {}

    def cell(self, header: dict, _tensors: dict) -> tuple[dict, dict]:
        """Runs one cell, and answers how it ran; see cells.Ran."""
        ran = self.cells.run(header["source"], f"<cell {header['number']}>", header.get("exercises", []),
                             header.get("seconds", 0), header.get("brief", False))
        self.scope.update(self.proxies)
        return plain(ran), {}

    def then(self, header: dict, _tensors: dict) -> tuple[dict, dict]:
        """Answers whether names had another meaning directly below the exercise's cell. With `go_back`, they get that
        earlier meaning back."""
        changed = self.cells.changed_since(header["exercise"])
        if header["go_back"]:
            self.cells.go_back(changed)
        return {"changed": bool(changed)}, {}

    def call(self, header: dict, tensors: dict[str, Tensor]) -> tuple[dict, dict[str, Tensor]]:
        """Answers with the result of a function of the cells. The judge asks this only about cells of its own, never
        about a learner's cells."""
        return self.scope[header["function"]](header["given"], tensors)

    @as_usual
    def observe(self, header: dict, tensors: dict[str, Tensor]) -> tuple[dict, dict[str, Tensor]]:
        """Answers what an exercise does with each question, as `observe` writes it down, or that nothing has its
        name."""
        self.scope.update(self.cells.answers | self.proxies)
        if header["exercise"] not in self.scope:
            return {"missing": True}, {}
        thing, seen = self.scope[header["exercise"]], []
        # where a cell has entered inference mode, these were made in it, and autograd would not take them
        tensors = {name: t.clone() if t.is_inference() else t for name, t in tensors.items()}
        asked = zip(header["questions"], wire.ungroup(tensors, len(header["questions"])))
        for question, given in asked:
            if question["trial"]:
                self.put_back()
            seen.append(observe(thing, read(Question, question), given, self.scope, self.put_back))
        return {"observations": [plain(observation) for observation, _ in seen]}, wire.group([out for _, out in seen])


def serve(sock: socket.socket, put_back: Callable[[], None]) -> None:
    """Answers the judge until it hangs up. An answer carries its question's number."""
    def remote(header: dict, tensors: dict[str, Tensor]) -> tuple[dict, dict[str, Tensor]]:
        if operation != "observe":
            raise RuntimeError(proxies.UNASKED)
        wire.send(sock, number, wire.Packed({"remote": header}, tensors))
        return wire.receive(sock)

    notebook = Notebook(remote, put_back)
    operations = {"cell": notebook.cell, "proxy": notebook.proxy, "then": notebook.then, "call": notebook.call,
                  "observe": notebook.observe}
    while True:
        try:
            header, tensors = wire.receive(sock)
        except EOFError:
            return
        number, operation = header["id"], header["op"]
        if operation == "observe":
            put_back()
        answer, out = operations[operation](header, tensors)
        try:
            packed = wire.Packed({"answer": answer}, out)
        except Exception as error:  # what no frame can hold: too large, a dtype that safetensors does not know
            packed = wire.Packed({"answer": {"unsent": f"{type(error).__name__}: {error}"[:400]}})
        wire.send(sock, number, packed)


def prepare(device: str) -> None:
    """Does, once and before any learner's code, everything that takes time on first use, or that needs something that
    the layers keep away, such as a GPU's driver."""
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    torch.compile = _as_it_is
    vars(attention_lab).update(check=lambda *_args, **_kwargs: 0.0, progress=Silent(), begin=Silent())
    sys.meta_path[:0] = Quiet(), Kits()
    for name in [*filter(_is_silent, sys.modules)]:
        del sys.modules[name]
    for name in SILENT:
        importlib.import_module(f"attention_lab.{name}")
    # At the first gradient, at a checkpoint, at most notebooks' first cell, and at its first figure.
    for late in ("torch.fx.experimental.symbolic_shapes", "torch._dynamo", "matplotlib.pyplot",
                 "matplotlib.backends.backend_agg"):
        importlib.import_module(late)
    bars.put_up()  # torch has looked for real ones by now
    for dtype in (torch.float32, torch.float64):
        net = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 4, 1),
                            nn.Sigmoid(), nn.Flatten(),
                            nn.LayerNorm(64), nn.Linear(64, 2), nn.Softmax(-1)).to(device, dtype)
        x = torch.randn(2, 4, 4, 4, device=device, dtype=dtype, requires_grad=True)
        out = net(x)
        torch.autograd.grad(out, [x, *net.parameters()], torch.ones_like(out))


class Kits(importlib.abc.Loader, importlib.abc.MetaPathFinder):
    """Finds the lessons' kits, from which pages import all names. It runs a kit's imports one by one, so that one that
    fails, for example because its module does nothing here, takes no other name away."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        kit = re.fullmatch(r"attention_lab\.lessons\.\w+", name)
        found = importlib.machinery.PathFinder.find_spec(name, path, target) if kit else None
        if found:
            found.loader = self
        return found

    def exec_module(self, module: types.ModuleType) -> None:
        file = str(module.__spec__ and module.__spec__.origin)
        with open(file, encoding="utf-8") as kit:
            statements = ast.parse(kit.read()).body
        for statement in statements:
            with contextlib.suppress(Exception):
                exec(compile(ast.Module([statement], []), file, "exec"), vars(module))
        vars(module)["__all__"] = [name for name in vars(module)["__all__"] if name in vars(module)]


class Quiet(importlib.abc.Loader, importlib.abc.MetaPathFinder):
    """Finds the modules of SILENT and those in their folders, and makes modules of them that do nothing."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        found = importlib.machinery.PathFinder.find_spec(name, path, target) if _is_silent(name) else None
        if found:
            found.loader = self
        return found

    def exec_module(self, module: types.ModuleType) -> None:
        vars(module)["__getattr__"] = Silent().__getattr__


def _is_silent(name: str) -> bool:
    return (f"{name}.".startswith(tuple(f"attention_lab.{silent}." for silent in SILENT))
            or re.match(r"attention_lab\.lessons\.\w+\.pictures\b", name) is not None)


def _as_it_is(model: Callable | None = None, **_options: Any) -> Callable:
    """Replaces torch.compile, which would need a compiler, and a process to run it. Without being compiled, code
    computes the same."""
    return model if model is not None else lambda decorated: decorated


def begin(sock: socket.socket, settings: dict[str, Any], put_back: Callable[[], None],
          above: socket.socket | None = None) -> None:
    """Turns this process into a worker: nothing is open except the socket, nothing is shown on the terminal, and the
    layers are around it.

    above: what room.enter has returned, if this process was not forked and has entered its room already.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    sys.stdin, sys.stdout, sys.stderr = (open(os.devnull, mode) for mode in "rww")
    os.chdir(settings["folder"])
    sys.path.insert(0, "")  # as in Jupyter: a module that a cell writes can be imported
    sys.dont_write_bytecode = True  # it would count as up to date if the module is written again in the same second
    sys.breakpointhook = lambda *_args, **_kwargs: None
    try:
        layers.enclose(settings, room.enter(settings) if settings["fork"] else above)
    except OSError as error:
        sock.sendall(str(error).encode())
        return
    torch.manual_seed(0)
    sock.sendall(b"ready")
    serve(sock, put_back)


def fork_for_each(control: socket.socket, settings: dict[str, Any], put_back: Callable[[], None]) -> None:
    """Forks a worker for every socket that arrives over `control`, or another process that forks workers, which ends
    when nobody can ask it any more. Each says on its socket when it is ready."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    room.let_look(False)
    gc.freeze()  # a worker that looks for garbage leaves what it inherited alone: those pages stay shared
    while True:
        message, descriptors, *_ = socket.recv_fds(control, 4096, 1)
        if not message:
            return
        if os.fork() == 0:
            try:
                control.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.setsid()  # a group of its own, which ends as a whole
                room.end_with_parent()
                os.dup2(descriptors[0], SOCKET)
                os.closerange(SOCKET + 1, 256)
                sock = socket.socket(fileno=SOCKET)
                if message != ANOTHER:
                    begin(sock, {**settings, "folder": message.decode()}, put_back)
                    return
                os.nice(5)  # it is a judge's: the process that records comes first
                sock.sendall(b"ready")
                fork_for_each(sock, settings, put_back)
            finally:
                os._exit(0)
        os.close(descriptors[0])


def main(descriptor: int, settings: dict[str, Any]) -> None:
    sock, above = socket.socket(fileno=descriptor), None
    if not settings["fork"]:
        above = room.enter(settings)  # before anything has touched a GPU, because no such process can be forked
    prepare(settings["device"])
    put_back = snapshot.snapshot(_asked_with())
    if not settings["fork"]:
        return begin(sock, settings, put_back, above)
    sock.sendall(b"ready")
    fork_for_each(sock, settings, put_back)


def _asked_with() -> list[types.ModuleType | type]:
    """Returns the modules and classes that are needed to answer a question."""
    ours = [module for name, module in sys.modules.items()
            if name.partition(".")[0] in ("attention_lab", "worker")]
    theirs = [builtins, json, contextlib, inspect, socket, struct, torch, nn, F, torch.autograd,
              torch.autograd.function, torch.functional,
              torch.overrides, torch.testing, torch._tensor, torch.random, sys.modules["safetensors.torch"]]
    classes = [value for module in [*ours, nn] for value in vars(module).values() if isinstance(value, type)]
    classes += [Tensor, torch.autograd.Function, torch.Generator, socket.socket,
                torch.utils._python_dispatch.TorchDispatchMode]
    heap = [kind for kind in dict.fromkeys(classes) if kind.__flags__ & HEAP_TYPE]
    return [*ours, *theirs, *heap]
