"""`python probe.py WALLS COURSE`: what a learner's notebook gets of the installed graders behind a set of walls; `none`
for none. Run by the environment with the wheels."""

import json
import sys
from pathlib import Path

import attention_autograder

PROBE = '''
import ctypes, glob, importlib, importlib.machinery, os, subprocess, sys

TARGETS, NAMES = {targets!r}, {names!r}
GOT = []


def spelled(path):
    yield path
    yield os.path.relpath(path)
    for root in ("/proc/self/root", "/proc/1/root", f"/proc/{{os.getppid()}}/root", "/proc/thread-self/root"):
        yield root + path
    yield "/proc/self/cwd/" + os.path.relpath(path)
    yield sys.prefix + "/lib/../../" + os.path.relpath(path, os.path.dirname(sys.prefix))
    yield importlib.__file__ + "/../" * 1 + os.path.relpath(path, os.path.dirname(importlib.__file__))


def opened(path):
    with open(path, "rb") as file:
        return file.read(20)


def by_os(path):
    return os.read(os.open(path, os.O_RDONLY), 20)


def by_libc(path):
    libc, buffer = ctypes.CDLL(None), ctypes.create_string_buffer(20)
    if (number := libc.open(path.encode(), 0)) < 0 or libc.read(number, buffer, 20) < 1:
        raise OSError(path)
    return buffer.raw


def by_link(path):
    os.symlink(path, link := "link%d" % len(os.listdir()))
    return opened(link)


def by_loader(path):
    return importlib.machinery.SourceFileLoader("x", path).get_data(path)


def by_shell(path):
    return subprocess.run(["cat", path], capture_output=True, check=True).stdout


def listed(path):
    return os.listdir(os.path.dirname(path))


def attempt(what, way, *arguments):
    try:
        if way(*arguments):
            GOT.append(what)
    except BaseException:
        pass


for target in TARGETS:
    for path in spelled(target):
        for way in (opened, by_os, by_libc, by_link, by_loader, listed):
            attempt(f"{{way.__name__}} {{path}}", way, path)
    attempt(f"shell {{target}}", by_shell, target)
for name in NAMES:
    attempt(f"import {{name}}", importlib.import_module, name)
try:
    import attention_autograder
    attention_autograder.find(__import__("pathlib").Path("."))
    sys.path.append(os.path.dirname(os.path.dirname(TARGETS[0])))
except BaseException:
    pass
for name in NAMES:
    attempt(f"import {{name}} after find", importlib.import_module, name)
for process in ("1", str(os.getppid()), "self"):
    for file in ("environ", "cmdline", "maps"):
        attempt(f"/proc/{{process}}/{{file}} names the class", lambda: {secret!r}.encode() in open(
            f"/proc/{{process}}/{{file}}", "rb").read())
raise RuntimeError(f"got {{len(GOT)}}: {{GOT[:4]}}")
'''


def main(walls: str, course: Path) -> None:
    attention_autograder.find(course)
    import nbformat

    from autograder.judge.judge import Judge
    from autograder.judge.settings import Settings
    from autograder.lessons.course import ROOT, released_folder
    from autograder.sandbox.sandbox import Sandbox

    targets = [ROOT / "solutions/se/reference.py", ROOT / "solutions/se/catalogue/SEBlock.py",
               ROOT / "solutions/notebooks/01_se/01_se.ipynb", ROOT / "autograder/judge/judge.py", course / "work/seed",
               course / "gradebook.db", next((course / "work/hidden").iterdir()), course / "source/01_se/01_se.ipynb"]
    assert all(path.is_file() for path in targets)
    notebook = nbformat.read(released_folder("01_se") / "01_se.ipynb", as_version=4)
    cell = next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "squeeze")
    code = PROBE.format(targets=list(map(str, targets)), secret=str(course),
                        names=["solutions.se.reference", "autograder.judge.seed", "builder.build"])
    cell.source = "def squeeze(x):\n" + "\n".join(f"    {line}" for line in code.split("\n"))
    with Judge(Settings(isolation="none", seed="0" * 32)) as judge:
        if walls != "none":
            judge.sandboxes["cpu"].close()
            judge.sandboxes["cpu"] = Sandbox(layers=tuple(walls.split("+")))
        verdict = judge.grade(notebook, "01_se").verdicts["squeeze"]
    print(json.dumps(" ".join(check.message for check in verdict.checks)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
