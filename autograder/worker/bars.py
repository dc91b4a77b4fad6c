"""The UNTRUSTED side: progress bars that draw nothing, for machines on which tqdm is not installed. Loops run through
them, sometimes in the middle of an exercise."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

from .cells import Silent

MODULES = ("tqdm", "tqdm.auto", "tqdm.autonotebook", "tqdm.notebook", "tqdm.std")


class Bar(Silent):
    """The result of `tqdm(iterable)`, which yields the items."""

    def __init__(self, iterable: Iterable | None = None, *_args: Any, **_kwargs: Any):
        self._items = () if iterable is None else iterable

    def __iter__(self) -> Iterator:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)  # type: ignore[arg-type]  # as of a real bar: it has a length if what it counts has one

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: Any) -> None:
        pass

    write = staticmethod(lambda *_args, **_kwargs: None)
    pandas = write


def trange(*args: Any, **_kwargs: Any) -> Bar:
    return Bar(range(*args))


def put_up() -> None:
    """Makes `from tqdm import tqdm` find these bars, unless tqdm is installed."""
    if importlib.util.find_spec("tqdm") is None:
        for name in MODULES:
            module = sys.modules[name] = types.ModuleType(name)
            module.__spec__ = importlib.machinery.ModuleSpec(name, None)
            vars(module).update(tqdm=Bar, tqdm_notebook=Bar, trange=trange, tnrange=trange)
            if name != "tqdm":
                setattr(sys.modules["tqdm"], name.partition(".")[2], module)
        sys.modules["tqdm"].__path__ = []
