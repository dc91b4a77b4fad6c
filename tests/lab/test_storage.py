"""Nobody's file is written by surprise: the library writes through one writer, which follows no link."""

import ast
import json
import os
import shutil
import stat
from dataclasses import asdict
from datetime import date

import pytest

from attention_lab import workspace
from attention_lab.checking.known import recorded
from attention_lab.checking.verdict.verdict import Verdict
from attention_lab.lessons.capstone import my_net, own_study, whole_resnet
from attention_lab.notebook import course_map, progress, report_problem, review
from attention_lab.storage import keep, write, writing
from autograder.lessons.course import COURSE, files_of
from tests.lessons.capstone.test_study import DESIGN
from tests.lessons.capstone.test_train_resnet import NEAR, trained

LIBRARY = COURSE / "attention_lab"
LESSON = "01_se"

# -------------------------------------------------------------------------------- no other module of the library writes

MODULES = {"shutil", "tempfile", "fileinput", "shelve", "dbm", "sqlite3", "mmap"}
OF_OS = {"open", "fdopen", "write", "pwrite", "writev", "sendfile", "copy_file_range", "splice", "truncate",
         "ftruncate", "replace", "rename", "renames", "link", "symlink", "remove", "removedirs", "chown", "lchown"}
NAMES = {"write_text", "write_bytes", "touch", "rename", "symlink_to", "hardlink_to", "link_to", "mkdir", "makedirs",
         "mkfifo", "mknod", "unlink", "rmdir", "chmod", "lchmod", "save", "savefig", "imsave", "dump", "tofile",
         "savez", "savez_compressed", "savetxt", "save_file", "to_csv", "to_json", "extract", "extractall", "writestr",
         "urlretrieve", "download_url_to_file", "FileIO", "FileHandler", "RotatingFileHandler", "write_png"}
OPENERS = {"open", "open_code", "ZipFile", "PyZipFile", "TarFile", "GzipFile", "BZ2File", "LZMAFile", "memmap",
           "open_memmap"}
# Other lines that seem to write, and why none of them writes a file that a stranger may have put there.
ELSEWHERE = {
    "workspace.py: (my / name).rename(kept)": "a reset moves the learner's own lesson to a free name",
    "checking/ask/trials.py: writer.dump(network)": "into memory",
    "checking/form/packing.py: from safetensors.torch import load, save": "it makes bytes",
    "pictures/inline.py: image.save(content, \"JPEG\" if photo else \"PNG\", **({\"quality\": 82} if photo else {}))":
        "into memory",
    "pictures/keepsake.py: _drawn(title, rows, says).savefig(png, format=\"png\", dpi=DPI)": "into memory",
    "pictures/style.py: figure.savefig(file, format=kind, bbox_inches=\"tight\", "
    "facecolor=figure.get_facecolor(), **how)":
        "into memory"}


def writers(source):
    """The names by which a module may write, with their lines, whether they are called there or only mentioned."""
    tree, found, modules = ast.parse(source), [], {}
    called = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = getattr(node, "module", None)
            for alias in node.names:
                modules[alias.asname or alias.name] = f"{origin}.{alias.name}" if origin else alias.name
                if (((origin or alias.name).partition(".")[0] in MODULES and not getattr(node, "level", 0))
                        or (origin == "os" and alias.name in OF_OS | NAMES | {"*"})
                        or (origin and not node.level and alias.name in NAMES)):
                    found.append((node.lineno, alias.name))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name("getattr" | "attrgetter" | "methodcaller" | "import_module" | "__import__")
                          | ast.Attribute(attr="attrgetter" | "methodcaller" | "import_module")):
                found += [(node.lineno, part.value) for part in node.args if isinstance(part, ast.Constant)
                          and part.value in NAMES | OPENERS | OF_OS | MODULES]
            case ast.Name(name, ctx=ast.Load()) | ast.Attribute(attr=name):
                owner = modules.get(node.value.id) if isinstance(node, ast.Attribute) and isinstance(
                    node.value, ast.Name) else None
                call = called.get(id(node))
                if isinstance(node, ast.Attribute) and (name in NAMES or (owner == "os" and name in OF_OS)
                                                        or (name == "replace" and _a_path_s(call, owner))):
                    found.append((node.lineno, name))
                elif name in OPENERS and owner != "os" and not _reads(
                        call, isinstance(node, ast.Attribute) and not owner):
                    found.append((node.lineno, name))
    return sorted({(line, name) for line, name in found})


def _a_path_s(call, owner):
    """Whether `.replace` may be that of a path: a string's takes two texts, a dataclass's comes from its module."""
    return owner != "dataclasses" and (call is None or len(call.args) == 1 or any(
        keyword.arg == "target" for keyword in call.keywords))


def _reads(call, method):
    """Whether a call that opens a file can only read. A path's own method gets the mode first, a function second."""
    if call is None or any(keyword.arg is None for keyword in call.keywords):
        return False
    modes = [keyword.value for keyword in call.keywords if keyword.arg in ("mode", "filemode")]
    modes += call.args[0 if method else 1:2]
    return all(isinstance(mode, ast.Constant) and not set(str(mode.value)) & set("wax+c") for mode in modes)


def test_one_module_writes():
    found = []
    for file in sorted(LIBRARY.rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        lines = source.splitlines()
        found += [f"{file.relative_to(LIBRARY).as_posix()}: {lines[line - 1].strip()}" for line, _ in writers(source)]
    assert sorted(each for each in found if not each.startswith("storage.py: ")) == sorted(ELSEWHERE)


@pytest.mark.parametrize("line", """
open(p, "w")
open(p, mode="ab")
open(p, mode)
open(p, *more)
open(p, **more)
opened = open
p.open("r+")
p.open(mode="x")
p.open(mode)
io.open(p, "w")
Path.write_text(p, "")
p.write_bytes(b"")
list(map(Path.touch, paths))
os.open(p, os.O_CREAT | os.O_WRONLY)
os.replace(p, q)
import os as o; o.rename(p, q)
from os import replace as r
from os import *
import shutil
from shutil import copyfile
import tempfile as t
p.replace(q)
p.replace(target=q)
move = p.replace
p.rename(q)
p.symlink_to(q)
p.hardlink_to(q)
p.unlink()
p.mkdir()
os.makedirs(p)
figure.savefig(p)
torch.save(x, p)
np.save(p, x)
from torch import save
json.dump(x, file)
zipfile.ZipFile(p, "w")
zip.open("name", "w")
tarfile.open(p, "w:gz")
tar.extractall(p)
gzip.open(p, "wb")
np.memmap(p, mode="w+")
picture.save(p)
getattr(p, "write_text")("")
importlib.import_module("shutil")
urllib.request.urlretrieve(a, p)
""".strip().splitlines())
def test_a_line_that_writes_is_found(line):
    assert writers(f"import os, io, gzip, tarfile, zipfile\ndef f():\n    pass\n{line}\n")


@pytest.mark.parametrize("line", [
    'open(p)', 'open(p, "rb")', 'p.open("rb")', 'p.open()', 'import tarfile\ntarfile.open(p, "r:gz")',
    'text.replace("a", "b")', "import dataclasses\ndataclasses.replace(x, y=1)", "day.replace(hour=0)",
    "from PIL import Image\nImage.open(p)", "json.dumps(x)", "known.copy()", "names.remove(x)"])
def test_a_line_that_reads_is_not(line):
    assert not writers(line)


# --------------------------------------------------------------------------------------- each writer, and what it meets

@pytest.fixture
def here(tmp_path, monkeypatch):
    """A lesson as its learner has it open, below a folder of its own."""
    given = shutil.copytree(COURSE / LESSON, tmp_path / "course" / LESSON)
    shutil.copytree(files_of(LESSON) / recorded.FOLDER, given / recorded.FOLDER)  # as a lesson of one's own has them
    folder = shutil.copytree(given, tmp_path / "my" / LESSON)
    (folder / whole_resnet.RECORDED).write_text(json.dumps(asdict(NEAR)))
    monkeypatch.chdir(folder)
    monkeypatch.setattr(report_problem, "_code", lambda *_: "def squeeze(x): ...")
    monkeypatch.setattr(own_study, "train_questions", lambda task: ())
    monkeypatch.setattr(own_study, "train", lambda net, **_: net)
    monkeypatch.setattr(own_study, "score", lambda *_: 50.0)
    monkeypatch.setattr(whole_resnet, "learn", lambda made, seed, budget, run: run.curve.extend([50.0, 60.0]))
    return folder


def problem(here):
    namespace = {"__name__": "__main__"}
    exec("def squeeze(x):\n    return x.sum((2, 3))", namespace)
    report_problem.report_problem(namespace["squeeze"])


def reviewed(here):
    review._write(review.Question(LESSON, here, {"id": "a"}, 0, date.today(), date.today()), 0, date.today())


def copied(here):
    (here.parents[1] / "course" / LESSON / "part.txt").write_text("new")
    workspace.copy(here.parents[1] / "course", here.parent)


WRITERS = {  # what makes it write, and the files that it writes
    "a check": (lambda here: progress.remember(here, Verdict("squeeze", 1.0, 2.0, [], "")), [progress.FILE]),
    "a review": (reviewed, [review.SCHEDULE]),
    "a path": (lambda here: course_map.course_map("evening"), [f"../{course_map.CHOSEN}"]),
    "a leaderboard": (lambda here: my_net.keep(my_net._file(), []), [f"../{my_net.FILE}"]),
    "a network": (trained, [whole_resnet.FILE]),
    "a study": (lambda here: own_study.study("mine", **DESIGN, folder=here), ["study_mine.json", "study_mine.html"]),
    "a problem": (problem, [f"problem-{LESSON}-squeeze.txt"]),
    "an update": (copied, [workspace.RELEASE, f"{LESSON}.ipynb", f"{recorded.FOLDER}/squeeze.check", "part.txt"]),
}
EACH = [pytest.param(writer, file, id=f"{writer}: {file}") for writer, (_, files) in WRITERS.items() for file in files]


def foreseen(path):
    """Names beside a file that a writer might take first."""
    name = path.name
    return [path.with_name(each) for each in (f"{name}.new", f".{name}.new", f"{name}.part", f"{name}.tmp",
                                              f".{name}.tmp", f"{name}~", f"{name}.bak", f"{name}.0", ".new")]


@pytest.mark.parametrize("writer, file", EACH)
@pytest.mark.parametrize("there", [True, False], ids=["to a file", "to nothing"])
def test_no_link_leads_a_writer_elsewhere(here, tmp_path, writer, file, there):
    outside, target = tmp_path / "bashrc", here / file
    if there:
        outside.write_text("precious")
    target.unlink(missing_ok=True)
    for path in (target, *foreseen(target)):
        path.symlink_to(outside)
    try:
        WRITERS[writer][0](here)
        said = ""
    except (OSError, ValueError) as error:
        said = str(error)
    assert outside.read_text() == "precious" if there else not outside.exists()
    if not there:
        assert not said and not target.is_symlink() and target.stat().st_size
    assert not [path for path in here.rglob(".*.new") if path not in foreseen(target)]


@pytest.mark.parametrize("writer, file", EACH)
def test_what_is_written_has_the_mode_that_a_user_expects(here, writer, file):
    target, before = here / file, os.umask(0o027)
    try:
        if target != here / f"{LESSON}.ipynb":
            target.unlink(missing_ok=True)
            WRITERS[writer][0](here)
            assert stat.S_IMODE(target.stat().st_mode) == 0o640
        target.chmod(0o604)
        WRITERS[writer][0](here)
        assert stat.S_IMODE(target.stat().st_mode) == 0o604
    finally:
        os.umask(before)


def test_what_fails_leaves_the_file_as_it_was_and_nothing_beside_it(tmp_path):
    write(file := tmp_path / "file", "before")
    with pytest.raises(KeyboardInterrupt), writing(file) as new:
        new.write(b"half")
        raise KeyboardInterrupt
    assert file.read_text() == "before" and [*tmp_path.iterdir()] == [file]


def test_a_folder_in_the_way_and_a_folder_that_is_not_there_are_named(tmp_path):
    (tmp_path / "file").mkdir()
    with pytest.raises(IsADirectoryError, match=f"a folder is in its place: '{tmp_path / 'file'}'"):
        write(tmp_path / "file", "")
    assert keep(tmp_path / "file", 1) == "a folder is in its place" and [*tmp_path.iterdir()] == [tmp_path / "file"]
    with pytest.raises(FileNotFoundError, match=f"No such file or directory: '{tmp_path / 'none/file'}'$"):
        write(tmp_path / "none/file", "")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write(tmp_path / "link", "new")
    assert not (tmp_path / "link").is_symlink() and [*(tmp_path / "file").iterdir()] == []


# ------------------------------------------------------------------------------------------- links in place of a folder

@pytest.mark.parametrize("folder", ["", recorded.FOLDER, "figures"])
@pytest.mark.parametrize("there", [True, False])
def test_an_update_goes_through_no_link_to_a_folder_and_goes_on_with_the_other_lessons(here, tmp_path, folder, there):
    shutil.copytree(COURSE / "02_eca", tmp_path / "course/02_eca")
    outside = tmp_path / "ssh"
    if there:
        outside.mkdir()
        (outside / "of_mine.check").write_text("precious")
    shutil.rmtree(here / folder)
    (here / folder).symlink_to(outside)
    said = workspace.copy(tmp_path / "course", tmp_path / "my")
    assert [path.name for path in outside.iterdir()] == ["of_mine.check"] if there else not outside.exists()
    assert f"{here / folder} is a link" in said[0] and "02_eca: new" in said[1] and len(said) == 2


@pytest.mark.parametrize("name", [f"{LESSON}.ipynb", workspace.RELEASE])
@pytest.mark.parametrize("odd", ["/dev/zero", "pipe"])
def test_an_update_reads_only_files(here, tmp_path, name, odd):
    (here / name).unlink(missing_ok=True)
    os.mkfifo(here / name) if odd == "pipe" else (here / name).symlink_to(odd)
    assert f"{name} is not a file" in workspace.copy(tmp_path / "course", tmp_path / "my")[0]


def test_a_reset_moves_nothing_through_a_link(here, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (here.parent / "old").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotADirectoryError, match="old is a link"):
        workspace.reset(tmp_path / "course", here.parent, LESSON)
    assert (here / f"{LESSON}.ipynb").exists() and not [*(tmp_path / "elsewhere").iterdir()]


def test_a_folder_that_the_learner_names_may_be_a_link(here, tmp_path):
    """Studies lie where somebody wants them."""
    (tmp_path / "large").mkdir()
    (here / "data").symlink_to(tmp_path / "large")
    own_study.study("mine", **DESIGN, folder=here / "data")
    assert sorted(path.name for path in (tmp_path / "large").iterdir()) == ["study_mine.html", "study_mine.json"]
