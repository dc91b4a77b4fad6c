"""Work on a lesson in your own editor: its exercises are in one Python file, and are checked whenever you save it.

    python -m attention_lab.watch 01_se

The file is written beside the notebook. Your changes in the file are copied into the notebook, and your changes in the
notebook into the file. Keys, in the terminal: h shows the next hint, n names the next exercise that is not solved, a
checks all, q quits.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from .checking.known import recorded
from .lesson_files import checks
from .notebook.check import check
from .notebook.exercise_file import ExerciseFile
from .notebook.progress import kept

LOOKS = 0.1  # seconds between two checks of the files
KEYS = "h hint   n next   a all   q quit"


class Watch:
    """Checks a lesson's exercises and says what comes next. Use it in the lesson's folder."""

    def __init__(self, work: ExerciseFile, console: Console) -> None:
        self.work, self.console = work, console
        self.exercises = {part.exercise: part.points for part in recorded.parts(checks(work.folder)).values()}
        self.at = next(iter(self.exercises))  # the exercise for which hints are shown
        self.hinted: dict[str, int] = {}

    def act(self, what: Callable[[], None]) -> None:
        """Runs the action for a save or a key. If a file is missing, or lacks one of its marks, it says so, and the
        watch goes on."""
        try:
            what()
        except (ValueError, OSError) as error:
            self.console.print(str(error), style="red", markup=False)

    def saved(self) -> None:
        """Handles a save: copies changes between file and notebook, and checks what changed."""
        synced = self.work.sync()
        for line in synced.said:
            self.console.print(line, markup=False)
        if synced.changed:
            self.check([name for name in self.exercises if name in synced.changed])

    def check(self, names: list[str]) -> None:
        """Checks some exercises, shows their reports, and says what is next."""
        defined, raised = self.work.run()
        for name in names:
            self.at = name
            if name in raised:
                error = raised[name]
                said = "".join(traceback.format_exception_only(error)).strip()
                self.console.print(Text(f"✗ {name} could not be defined: {said}", style="red"))
                line = (
                    error.lineno
                    if isinstance(error, SyntaxError)
                    else traceback.extract_tb(error.__traceback__)[-1].lineno
                )
                self.console.print(f"    {self.work.file}:{line}", markup=False)
            elif name in defined:
                with contextlib.redirect_stdout(None):
                    report = check(defined[name]).report
                if report.verdict.hint:
                    self.hinted[name] = report.verdict.hint - 1
                first, *rest = repr(report).replace(", below, is about this.", " is about this: press h.").split("\n")
                self.console.print(Text(first, style="green" if first.startswith("✓") else "red"
                                        if first.startswith("✗") else ""))
                for more in rest:
                    self.console.print(Text(more))
        self.next()

    def next(self) -> None:
        """Names the first exercise that is not solved, with its place in the file."""
        for name in self.exercises:
            if self._unsolved(name):
                self.at = self.at if self._unsolved(self.at) else name
                self.console.print(f"Next: {name}, {self.work.file.name}:{self.work.line_of(name)}   ({KEYS})",
                                   style="dim", markup=False)
                return
        self.console.print("Everything in this lesson is solved. Go back to the notebook for its experiment.",
                           style="green")

    def hint(self) -> None:
        """Shows the next hint for the current exercise; after the last hint, it starts again with the first."""
        hints = self.work.hints(self.at)
        if not hints:
            self.console.print(f"{self.at} has no hints.", markup=False)
            return
        number = self.hinted.get(self.at, 0)
        self.hinted[self.at] = number + 1
        title, _, text = hints[number % len(hints)].partition("\n")
        self.console.print(Text(f"{self.at}, {title}", style="bold"))
        self.console.print(Markdown(text))

    def _unsolved(self, name: str) -> bool:
        return kept(self.work.folder, name).points < self.exercises[name]


def find(lesson: str) -> Path:
    """Returns the lesson's folder: LESSON itself, my/LESSON, or the current folder. Raises FileNotFoundError if none of
    them holds its notebook."""
    for folder in (Path(lesson), Path("my") / lesson, Path.cwd()):
        if folder.name == Path(lesson).name and (folder / f"{folder.name}.ipynb").exists():
            return folder.resolve()
    raise FileNotFoundError(f"no lesson {lesson!r} in {Path.cwd()}: its notebook should be "
                            f"{lesson}/{Path(lesson).name}.ipynb, or in my/{lesson}")


def stamps(work: ExerciseFile) -> tuple[int, ...]:
    """Returns the times at which the file and the notebook were last written; 0 for one that does not exist at the
    moment. An editor may write a new file and then rename it."""
    return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in (work.file, work.notebook))


def watch(work: ExerciseFile, console: Console, keys: queue.Queue[str]) -> None:
    """Checks the files and the keys until q is pressed."""
    here = Watch(work, console)
    here.act(here.saved)
    here.act(here.next)
    console.print(f"Open {work.file} in your editor. Each save is checked. Close the notebook in JupyterLab "
                  "meanwhile; if JupyterLab says that it changed on disk, choose Revert.", markup=False)
    acts = {"h": here.hint, "n": here.next, "a": lambda: here.check(list(here.exercises))}
    seen = stamps(work)
    while True:
        with contextlib.suppress(queue.Empty):
            if (key := keys.get(timeout=LOOKS)) == "q":
                return
            here.act(acts.get(key, lambda: None))
        if (now := stamps(work)) != seen and all(now):
            here.act(here.saved)
            seen = stamps(work)


@contextlib.contextmanager
def pressed() -> Iterator[queue.Queue[str]]:
    """Yields the keys that are pressed. If the terminal allows it, they need no Enter key."""
    keys: queue.Queue[str] = queue.Queue()
    with _single_keys() as read:
        def listen() -> None:
            for key in iter(read, ""):
                keys.put(key)

        threading.Thread(target=listen, daemon=True).start()
        yield keys


@contextlib.contextmanager
def _single_keys() -> Iterator[Callable[[], str]]:
    if not sys.stdin.isatty():
        yield lambda: ""
    elif sys.platform == "win32":
        import msvcrt

        yield msvcrt.getwch
    else:
        import termios
        import tty

        before = termios.tcgetattr(sys.stdin)
        try:
            tty.setcbreak(sys.stdin)
            yield lambda: sys.stdin.read(1)
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m attention_lab.watch", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lesson", help="such as 01_se, or a path to its folder")
    arguments = parser.parse_args()
    try:
        work = ExerciseFile(find(arguments.lesson))
    except (OSError, ValueError) as error:
        parser.error(str(error))
    os.chdir(work.folder)  # checks and progress are looked for there
    with contextlib.suppress(KeyboardInterrupt), pressed() as keys:
        watch(work, Console(), keys)


if __name__ == "__main__":
    main()
