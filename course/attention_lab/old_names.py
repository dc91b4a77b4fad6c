"""The places of modules in version 1.0.0. A notebook of that time still finds them there, so its imports work as
before."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

LIBRARY = __package__
TOYS = ("card_games", "glowing_discs", "framed_crosses", "bars_and_posts", "coloured_posters", "striped_cloths",
        "coloured_dots",
        "hue_discs", "legends_and_dominoes", "coloured_tiles", "scoring")
MOVED: dict[str, tuple[str, ...]] = {  # old name -> the modules that hold its content now
    **{name: (f"notebook.{name}",) for name in ("challenge", "check", "course_map", "exercise_file", "progress",
                                                "review")},
    "real": ("notebook.real_run",),
    "way_out": ("notebook.puzzle",),
    **{name: (f"networks.{name}",) for name in ("backbones", "backward", "cost", "my_net", "paper_tables", "threads",
                                                "training")},
    "mine": ("networks.own_modules",),
    "plugs": ("networks.adapters",),
    **{name: (f"pictures.{name}",) for name in ("drawn_mask", "leaderboard", "prediction", "touch")},
    "gate_pictures": ("pictures.gates",),
    "slide_pictures": ("pictures.sliders",),
    **{name: (f"tasks.{name}",) for name in ("boards", "data", "episodes", "five_tasks", "restoration")},
    "rings": ("tasks.ringed_dots",),
    "weaves": ("tasks.woven_cloths",),
    "puzzles": tuple(f"tasks.{toy}" for toy in TOYS),
    "one_line": ("short_errors",),
}


class _Old(MetaPathFinder, Loader):
    """Finds a module by its old name. If the module moved as a whole, it returns the module itself. Otherwise it
    returns one that looks its names up in their new places."""

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        package, _, name = fullname.rpartition(".")
        return ModuleSpec(fullname, self) if package == LIBRARY and name in MOVED else None

    def exec_module(self, module: ModuleType) -> None:
        rooms = [import_module(f"{LIBRARY}.{room}") for room in MOVED[module.__name__.rpartition(".")[2]]]
        if len(rooms) == 1:
            sys.modules[module.__name__] = rooms[0]
        else:
            module.__dict__.update({name: value for room in rooms for name, value in vars(room).items()
                                    if not name.startswith("__")})


def keep() -> None:
    """Makes old names work; new modules of the same name come first. The old modules of functions such as `check` are
    entered at once, because an import later on would replace the library's function `check` by the module."""
    sys.meta_path.append(_Old())
    for name, (room, *_) in MOVED.items():
        if loaded := sys.modules.get(f"{LIBRARY}.{room}"):
            sys.modules[f"{LIBRARY}.{name}"] = loaded
