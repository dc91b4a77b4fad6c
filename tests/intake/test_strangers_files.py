"""Files that were made to stop whoever opens them: each is refused or shortened at once, and says so."""

import json
import logging
import math
import os
import time
import tracemalloc

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from attention_lab.checking.verdict.report import DIRECTIONS
from attention_lab.checking.verdict.verdict import Check, Verdict
from attention_lab.notebook.check import OpeningHint
from autograder.classroom import nbgrader_plugin
from autograder.classroom.feedback.texts import learners_text
from autograder.classroom.nbgrader_plugin.exporter import ReadAnything
from autograder.classroom.nbgrader_plugin.harmless import on_formgraders_page, render_markdown
from autograder.doctor import memory_limit
from autograder.insights.code import redact_code
from autograder.intake import files, process, reader
from autograder.intake.files import content, read
from autograder.intake.plain_file import open_plain
from autograder.lessons.course import COURSE
from autograder.submission.notebook import cells_to_run, lesson
from autograder.submission.parse import Unreadable, digest, parse


@pytest.fixture
def at_once():
    """Fails what computes for more than ten seconds."""
    began = time.process_time()
    yield
    assert time.process_time() - began < 10


@pytest.mark.parametrize("quotes", ['\\"' * 1_000_000, '\\"' * 1_000_000 + "\\"])
def test_quotes_without_end_are_read_once(at_once, quotes):
    with pytest.raises(Unreadable, match="not JSON"):
        parse(f'{{"cells": [], "x": "{quotes}'.encode())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes as Unix has them")
def test_what_has_no_end_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "zero.ipynb").symlink_to("/dev/zero")
    for name, why in (("pipe.ipynb", "it is not a plain file"), ("zero.ipynb", "it is a link to another file")):
        with pytest.raises(Unreadable, match=why):
            content(tmp_path / name)


def test_a_name_for_what_is_written_takes_no_more_memory_than_reading_it():
    heavy = b'{"cells": [' + b"{}," * 2_000_000 + b"{}]}"
    tracemalloc.start()
    try:
        assert digest(heavy) != digest(heavy.replace(b"{}]", b"{} ]"))
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()


def test_a_files_name_steers_no_terminal(tmp_path, caplog):
    path = tmp_path / "\x1b[31mred.ipynb"
    path.write_bytes((COURSE / "01_se/01_se.ipynb").read_bytes()[:-900])
    with caplog.at_level(logging.WARNING):
        read(path)
    path.write_text("no JSON")
    with pytest.raises(Unreadable) as refused:
        read(path)
    assert "red.ipynb" in caplog.text and "\x1b" not in caplog.text + str(refused.value)


ELIFS = "if n == 0:\n    pass\n" + "".join(f"elif n == {i}:\n    pass\n" for i in range(300))


@pytest.mark.parametrize("source", ["n = 0" + "+0" * 1500, ELIFS])
def test_an_answer_that_nests_too_deeply_ends_no_ones_insights(source):
    assert redact_code(source, None).startswith(source[:5])


def test_a_cell_that_colours_slowly_is_shown_by_its_beginning(at_once):
    slow = "if 0:\n " + ";".join(["a"] * 949_000)
    page, _ = HTMLExporter(config=nbgrader_plugin.settings()).from_notebook_node(
        new_notebook(cells=[new_code_cell("mine = 1"), *(new_code_cell(slow) for _ in range(3))]))
    assert (
        "mine" in page and page.count("the rest is in the notebook that was handed in") == 3 and len(page) < 5_000_000
    )


@pytest.mark.parametrize("written", ["a \u202e b", "a &#8238; b", "[a](https://b.c 'x\u2066y')", "> `\u202e`"])
def test_no_text_of_a_learner_turns_what_stands_around_it(tmp_path, written):
    cell = new_markdown_cell(written)
    for html in (learners_text(cell, tmp_path, ""), on_formgraders_page(render_markdown(cell))):
        assert not set(html) & DIRECTIONS and "<p>" in html


def test_a_strangers_checks_put_no_script_into_a_report():
    verdict = Verdict("squeeze", 0.0, 2.0, [Check("output", "failed")], "Wrong.", hint="0);alert(1);(")
    with pytest.raises(ValueError):
        OpeningHint(verdict)._repr_html_()


HELPER = "@decorated\ndef mean(x):\n    return x.mean((2, 3))"


def test_what_a_copied_experiment_defines_is_run_and_the_experiment_is_not():
    known, released = lesson("01_se"), read(COURSE / "01_se/01_se.ipynb")
    experiment = next(cell for cell in released.cells if "experiment" in cell.metadata.get("tags", []))
    assert experiment.source not in [cell.source for cell in cells_to_run(released, known)]
    copied = new_code_cell(f"for step in range(10**9):\n    pass\n{HELPER}\nimport math\nresult = 3",
                           metadata={"tags": ["experiment"]})
    released.cells.insert(0, copied)
    assert [cell.source for cell in cells_to_run(released, known)][0] == f"{HELPER}\nimport math"


@pytest.fixture
def honest():
    return (COURSE / "01_se/01_se.ipynb").read_bytes()


def test_a_file_that_ends_its_reader_ends_nobody_elses(honest, monkeypatch):
    monkeypatch.setattr(reader, "MEMORY", 100 << 20)
    monkeypatch.setitem(process.LIMITS, "RLIMIT_AS", 100 << 20)
    reader.end()
    with pytest.raises(Unreadable, match="too large to be read"):
        reader.notebook(b'{"cells": [], "x": "' + b"\\u0101" * 12_000_000 + b'"}')
    assert reader.notebook(honest) == parse(honest)
    reader.end()


def test_what_is_graded_is_read_once(tmp_path, honest, monkeypatch):
    """A file that is exchanged while it is read is another one for both, its digest and its cells, or for neither."""
    path, opened = tmp_path / "01_se.ipynb", []
    path.write_bytes(honest)
    monkeypatch.setattr(files, "open_plain", lambda path: opened.append(path) or open_plain(path))
    exporter = ReadAnything()
    found, problem = exporter.read(path, {})
    assert (exporter.digest, found, problem) == (digest(honest), parse(honest), None) and opened == [path]


@pytest.mark.parametrize("data", [
    b"", b"PK", b"7", b"{}", b'{"cells": [7]}', b'{"cells": [{}, {"source": "a"}', b'{"cells": []} {"cells": []}',
    b'{"cells": [{"x": "\xe9"}]}',
    '{"cells": [{"source": "é"}]}'.encode("utf-16"), b'\xef\xbb\xbf{"cells": [{"outputs": [], "source": "b"}]}',
    b'{"cells": [{"source": "\xed\xa0\x80"}]}', b'{"worksheets": [{"cells": []}]}', b"[" * 100_000])
def test_what_is_read_once_is_called_what_it_was_called_before(data):
    """A gradebook holds the names of what was graded."""
    name, found = reader.both(data)
    assert name == digest(data) and (str(found) if isinstance(found, Unreadable) else found) == _parsed(data)


def _parsed(data):
    try:
        return parse(data)
    except Unreadable as error:
        return str(error)


def test_pictures_that_were_pasted_by_the_dozen_cost_nobody_the_points():
    picture = {"p.png": {"image/png": "A" * 3_900_000}}
    cells = [{"cell_type": "markdown", "source": "![](attachment:p.png)", "attachments": picture} for _ in range(20)]
    made = reader.notebook(json.dumps({"cells": [*cells, {"cell_type": "code", "source": "x = 1"}]}).encode())
    assert made.cells[-1].source == "x = 1" and sum("attachments" in cell for cell in made.cells) == 5


def test_what_is_too_large_is_called_so_with_its_size():
    data = json.dumps({"cells": [{"cell_type": "markdown", "source": "\U0001f600" * 19_000_000}]},
                      ensure_ascii=False).encode()
    with pytest.raises(Unreadable, match=r"Without outputs it has 76,\d+,\d+ bytes, and at most 67,108,864 "
                                         r"are taken"):
        reader.notebook(data)


def test_time_and_accidents_end_the_reader_alone(honest, monkeypatch):
    """What the process may compute for a file is the kernel's matter;
    one that was ended by an accident costs nobody anything."""
    assert reader.notebook(honest) == parse(honest)
    reader._reader.process.kill()
    assert reader.notebook(honest) == parse(honest)
    monkeypatch.setattr(reader, "CPU_SECONDS", -1)  # none is left to a reader that has computed for a second
    reader.end()
    with pytest.raises(Unreadable, match="takes more than -1 seconds"):
        for _ in range(20):
            reader.notebook(b'{"cells": [], "x": "' + b"\\u0101" * 6_000_000 + b'"}')
    monkeypatch.undo()
    assert reader.notebook(honest) == parse(honest)


def test_the_reader_opens_nothing(honest, tmp_path):
    """Behind the walls that this machine has, as a worker is."""
    reader.notebook(honest)
    about = dict(line.split(":\t", 1)
                 for line in open(f"/proc/{reader._reader.process.pid}/status").read().splitlines())
    assert about["Seccomp"].strip() == "2" and about["NoNewPrivs"].strip() == "1" and int(about["CapEff"], 16) == 0


@pytest.mark.parametrize("said, files, limit", [
    ("0::/user/ada\n", {"user/memory.max": "2000", "user/ada/memory.max": "max"}, 2000),
    ("5:cpu:/x\n4:memory:/box\n", {"memory/box/memory.limit_in_bytes": "3000",
                                   "memory/memory.limit_in_bytes": "9999999999"}, 3000),
    ("0::/\n", {}, math.inf),
])
def test_the_doctor_finds_the_limit_on_memory(tmp_path, said, files, limit):
    (tmp_path / "own").write_text(said)
    for name, number in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(number)
    assert memory_limit(tmp_path, tmp_path / "own") == limit
