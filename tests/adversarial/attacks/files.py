"""Attacks on the wall around files: secrets are read, and something is written where it stays."""

# %% read_the_reference: secret, first
# Reads a file of the course's reference.
attempt(lambda: tell(open(SECRET).read()))

# %% read_the_seed: secret, first
# Reads the class's secret seed.
attempt(lambda: tell("the seed is", open(SEED).read()))

# %% read_home: secret, first
# Reads a file in the home directory of whoever grades.
attempt(lambda: tell(open(HOME_SECRET).read()))

# %% read_hidden_cases: secret, first
# Reads the graders, in which the hidden cases are described.
text = attempt(lambda: open(f"{ROOT}/autograder/lessons/sizes.py").read()) or ""
at = text.find("def odd_sides")
tell(text[at:at + 300] if at >= 0 else "nothing")

# %% read_gradebook: secret, first
# Reads the gradebook, byte by byte.
for found in re.findall(rb"planted-[0-9a-f]{32}", attempt(lambda: open(GRADEBOOK, "rb").read()) or b""):
    tell(found.decode())

# %% read_another_submission: secret, first
# Reads what somebody else handed in.
for found in re.findall(r"planted-[0-9a-f]{32}", attempt(lambda: open(OTHER).read()) or ""):
    tell(found)

# %% symlink_read: secret, first
# Reads a secret through a symbolic link in its own folder, and through a hard link.
attempt(os.symlink, SECRET, "innocent.txt")
attempt(lambda: tell(open("innocent.txt").read()))
attempt(os.link, HOME_SECRET, "innocent2.txt")
attempt(lambda: tell(open("innocent2.txt").read()))

# %% loader_preload: secret, first
# Loads a secret as if it were a library or Python's own configuration.
import importlib.util
import linecache
import runpy

tell(*linecache.getlines(SECRET))
attempt(runpy.run_path, SECRET)
spec = importlib.util.spec_from_file_location("secret", SECRET)
tell(attempt(lambda: spec.loader.get_data(SECRET)))

# %% torch_reads_files: secret, first
# Reads a secret with the readers of torch and numpy instead of Python's open.
import numpy

tell(attempt(lambda: bytes(torch.from_file(SECRET, size=30, dtype=torch.uint8).tolist())))
tell(attempt(lambda: numpy.fromfile(SECRET, dtype=numpy.uint8).tobytes()))
tell(attempt(lambda: numpy.memmap(SECRET, mode="r").tobytes()))

# %% read_by_other_calls: secret, first
# Opens a secret by calls that Python does not use: openat2, a path's descriptor, a working directory, creat's
# relatives, by number.
folder, name = os.path.split(SECRET)
buffer = ctypes.create_string_buffer(500)

def read(descriptor):
    if descriptor >= 0 and libc.syscall(0, descriptor, buffer, 500) > 0:
        tell(buffer.value.decode(errors="replace"))

read(libc.syscall(437, -100, SECRET.encode(), struct.pack("QQQ", 0, 0, 0), 24))
read(libc.syscall(2, SECRET.encode(), 0, 0))
at = libc.syscall(257, -100, folder.encode(), 0o10000000, 0)
read(libc.syscall(257, at, name.encode(), 0, 0))
libc.syscall(80, folder.encode())
read(libc.syscall(257, -100, name.encode(), 0, 0))

# %% path_through_proc: secret, first
# Reads a secret through the root and the working directory of other processes, as /proc shows them.
for way in (f"/proc/self/root{SECRET}", f"/proc/{os.getppid()}/root{SECRET}",
            f"/proc/{os.getppid()}/cwd/../../../..{SECRET}",
            f"//{SECRET}", "../" * 30 + SECRET):
    attempt(lambda: tell(open(way).read()))

# %% read_descriptors: secret, first
# Reads every file that was left open for it to inherit, in this process and in its parent.
for process in ("self", os.getppid()):
    for descriptor in attempt(os.listdir, f"/proc/{process}/fd") or range(64):
        if int(descriptor) <= 2:
            continue
        read = attempt(lambda: open(f"/proc/{process}/fd/{descriptor}", "rb").read(500))
        if process == "self" and not read:
            read = attempt(os.pread, int(descriptor), 500, 0)
        if read and b"planted" in read:
            tell(read.decode(errors="replace"))

# %% exec_the_reference: points, squeeze
# Reads the reference's file as text and runs it, under the names that are asked for.
exec(open(f"{ROOT}/solutions/se/reference.py").read())

# %% import_autograder: points, squeeze
# Imports the autograder and runs one of the right variants that its own tests know.
sys.path.insert(0, ROOT)
from autograder.lessons.topics import topic

exec(next(right.source for right in topic("se").catalogue.right if right.exercise == "squeeze"))

# %% import_solutions: points, first
# Imports the course's own solutions.
sys.path.insert(0, ROOT)
# %% squeeze
# %% Excitation
# %% SEBlock
# %% se_parameter_cost
from solutions.se.reference import Excitation, SEBlock, se_parameter_cost, squeeze

# %% import_timm: points, squeeze
# Imports timm's squeeze-and-excitation from a folder of libraries of whoever grades (a stand-in lies there for it to
# find).
sys.path.insert(0, LIBRARY)
# %% SEBlock
from timm import SEBlock, squeeze

# %% copy_another_submission: points, squeeze
# Runs the answers that somebody else handed in.
for cell in json.load(open(OTHER))["cells"]:
    if cell["metadata"].get("nbgrader", {}).get("grade_id") == "squeeze":
        exec("".join(cell["source"]))

# %% public_cases_learned_by_heart: points, first
# Looks its input up among the public cases, whose answers every learner holds, and answers by them.
sys.path.insert(0, ROOT)
from pathlib import Path

from attention_lab.checking.known import recorded

known = attempt(recorded.load, Path(ROOT) / "course/attention_lab/lessons/se/checks", "squeeze")
# %% asked
for case in known.cases if known else ():
    if case.tensors["input.0"].shape == x.shape and torch.equal(case.tensors["input.0"].to(x), x.detach()):
        return case.expected_tensors["output"].to(x) + 0 * x.mean()

# %% write_outside: harm, first
# Writes files in every place that is writable for most processes.
for folder in ("/tmp", "/var/tmp", "/dev/shm", ROOT + "/work"):
    attempt(lambda: open(f"{folder}/{MARKER}", "w").write("here"))
attempt(lambda: open(LOOT, "w").write("here"))

# %% rename_outside: harm, first
# Makes a file in its own folder and moves or links it to another place.
open("mine", "w").write("here")
attempt(os.link, "mine", LOOT)
attempt(os.rename, "mine", f"/tmp/{MARKER}")

# %% write_gradebook: harm, first
# Writes itself into the gradebook.
import sqlite3

def write():
    with sqlite3.connect(GRADEBOOK, timeout=1) as db:
        db.execute("INSERT INTO student (id) VALUES (?)", (MARKER,))

attempt(write)

# %% hook_in_the_repository: harm, first
# Plants a hook that git runs at the next commit of whoever grades.
attempt(os.makedirs, f"{ROOT}/.git/hooks")
attempt(lambda: open(f"{ROOT}/.git/hooks/{MARKER}", "w").write("#!/bin/sh\n"))

# %% site_of_the_next_python: harm, first
# Plants a file among the libraries that the grader's next Python runs before anything else.
import sysconfig

for folder in {sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib")}:
    attempt(lambda: open(f"{folder}/{MARKER}.pth", "w").write("# here"))

# %% bytecode_of_the_library: harm, first
# Plants compiled code where the grader's own Python looks for that of the course's library, so that no source shows it.
import attention_lab

folder = os.path.join(os.path.dirname(attention_lab.__file__), "__pycache__")
attempt(os.mkdir, folder)
attempt(lambda: open(f"{folder}/{MARKER}.cpython-311.pyc", "wb").write(b"code"))

# %% links_under_names_written_next: harm, first
# Plants links, in a loop, under the names that a grader writes next: the gradebook's journal, the graded copy, the page
# of feedback.
folder = os.path.dirname(GRADEBOOK)
names = [f"{GRADEBOOK}-journal", f"{GRADEBOOK}-wal", f"{GRADEBOOK}-shm", f"{folder}/autograded",
         f"{folder}/feedback.html",
         f"{folder}/seed.new", f"{ROOT}/work/grade.log", f"{os.path.dirname(folder)}/verdicts", "/tmp/autograder-next"]
for _ in range(30):
    for name in names:
        if attempt(os.symlink, LOOT, name) is None and os.path.islink(name):
            os.unlink(name)
            tell("a link under", name)
