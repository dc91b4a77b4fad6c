"""The process that answers for proxies. It is a worker behind a worker's layers, but it runs the text of the reference
instead of a notebook.

It holds no expected value, no seed and no hidden case, and it lives only while one exercise is judged. Its questions
come from a learner's process. If they ask for too much work, this process is ended, and the exercise gets no second
verdict.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import Tensor

from autograder.judge import proxied
from autograder.judge.proxied import Proxies, Refused
from autograder.sandbox.budget import Died
from autograder.sandbox.sandbox import Sandbox
from autograder.sandbox.worker import Worker
from autograder.worker import wire

CALLS = 2000  # questions that may be asked while one exercise is judged; the longest honest one asks some hundred
LIMITS = {"RLIMIT_CPU": 5, "RLIMIT_AS": 5 << 28}  # seconds for all of them; addresses beyond what is mapped before

# A worker has no `solutions`, from which one reference may import another: modules in the order of their imports, the
# reference last.
IMPORTED = """
import sys, types
for name, text in {modules!r}.items():
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, f"<{{name}}>", "exec"), vars(module))
"""
# What the process runs once `proxied` is there.
PROGRAM = f"""
from worker import layers
layers.limit({{limits!r}})
{IMPORTED}
answer = Proxies(vars(module), {{names!r}}, {{without_forward!r}}).reply
"""


class ProxyProcess:
    """Answers a worker's questions about proxies for the exercises `names` of a reference, once it has been started.

    without_forward: as in Proxies.
    until: the time.monotonic() at which it ends.
    """

    def __init__(self, sandbox: Sandbox, reference: ModuleType, names: list[str], without_forward: tuple[str, ...] = (),
                 until: float = float("inf")):
        self.sandbox, self.reference, self.until, self.calls = sandbox, reference, until, 0
        self.proxies = Proxies(vars(reference), names, without_forward)
        self.worker: Worker | None = None

    def start(self) -> list[dict[str, Any]]:
        """Starts the process, unless it is running. Returns what proxies.make needs for each proxy. Raises RuntimeError
        if the process doesn't start."""
        self.running()
        return self.proxies.headers()

    def running(self) -> Worker:
        """Returns the process, and starts it if it is not running. Raises RuntimeError if it doesn't start."""
        self.worker = self.worker or self._start()
        return self.worker

    def answer(self, header: dict[str, Any], tensors: dict[str, Tensor],
               waiting: Callable[[], None] | None = None) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Returns the answer to one question. It is passed on unread.

        waiting: called while this waits.

        Raises Refused for a question that no honest answer to an exercise asks. Raises Refused, too, if the process
        did not survive the question. Raises Died if time ran out.
        """
        self.calls += 1
        if not self.worker or self.calls > CALLS:
            raise Refused(f"question {self.calls}: only {CALLS:,} are answered, and only while the process runs")
        try:
            reply, out = self.worker.ask(wire.Packed({"op": "call", "function": "answer", "given": header}, tensors),
                                         meanwhile=waiting)
        except Died as death:
            self.worker = None
            if death.kind in ("ended", "broken"):
                raise Refused(f"it took more than the course's own code may take ({death})") from death
            raise
        if "answered" not in reply:  # refused there, or too large to be sent
            raise Refused(*reply.values())
        return reply["answered"], out

    def _start(self) -> Worker:
        worker = self.sandbox.worker()
        worker.until = self.until
        worker.budget = None  # whoever asks is charged for the time that it waits
        limits = LIMITS if "limits" in self.sandbox.layers else {}
        program = PROGRAM.format(limits=limits, modules=texts(self.reference), names=self.proxies.names,
                                 without_forward=self.proxies.without_forward)
        for number, source in enumerate((Path(proxied.__file__).read_text(encoding="utf-8"), program)):
            if raised := worker.ask({"op": "cell", "source": source, "number": number})[0]["raised"]:
                worker.close()
                raise RuntimeError(f"the references do not run in a worker: {raised['type']}: {raised['message']}")
        return worker

    def close(self) -> None:
        """Ends the process."""
        if self.worker:
            self.worker.close()
            self.worker = None


def texts(reference: ModuleType) -> dict[str, str]:
    """Returns the texts of a reference, and of all modules of `solutions` that it imports, by the modules' names. The
    imported ones come first."""
    text = Path(vars(reference)["__file__"]).read_text(encoding="utf-8")
    imported = [node.module for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom) and node.module]
    sources: dict[str, str] = {}
    for name in imported:
        if name.startswith("solutions."):
            sources |= texts(sys.modules[name])
    return {**sources, reference.__name__: text}
