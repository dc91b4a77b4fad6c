"""Judge processes that end in the middle of a notebook."""

import os
import subprocess
import sys
import time

import psutil
import pytest

from autograder.classroom import ready
from autograder.classroom.pool import DRAWS, Pool
from autograder.judge import questions
from autograder.judge.settings import Settings
from autograder.submission.parse import parse
from tests.classroom.pupils import FULL, PUPILS, file_of
from tests.conftest import ROOT
from tests.waiting import left_working


class Doing:
    """What a judge process does when it reads this; it goes on with what that returns."""

    def __init__(self, what, *arguments):
        self.what, self.arguments = what, arguments

    def __reduce__(self):
        return self.what, self.arguments


def once(path, notebook):
    """The process that reads this ends, the next one does not."""
    if not path.exists():
        path.touch()
        os._exit(1)
    return notebook


@pytest.mark.nightly
def test_one_that_nobody_survives_costs_itself_alone(tmp_path):
    notebook = parse(file_of(PUPILS[0]))
    (tmp_path / "broken.ipynb").write_text("not JSON")
    began = []
    with Pool(2, log=tmp_path / "log") as pool:
        given = [notebook, Doing(os._exit, 1), notebook, Doing(once, tmp_path / "mark", notebook),
                 tmp_path / "broken.ipynb", notebook]
        futures = [pool.submit(each, began=lambda i=i: began.append(i)) for i, each in enumerate(given)]
        results = [future.result() for future in futures]
        processes = [psutil.Process(each.process.pid) for each in pool.processes if each.process.is_alive()]
        workers = [worker for process in processes for worker in process.children(recursive=True)]
        assert processes and workers
    assert [result.points for result in results] == [sum(FULL), 0, sum(FULL), sum(FULL), 0, sum(FULL)]
    assert "ended 2 times" in results[1].error and "not JSON" in results[4].error
    assert [result.error for i, result in enumerate(results) if i not in (1, 4)] == [None] * 4
    assert sorted(set(began)) == list(range(6)) and began.count(1) == 2
    assert not left_working(processes + workers)


@pytest.mark.nightly
def test_one_that_the_judge_itself_needs_too_much_for_costs_itself_alone(tmp_path, monkeypatch):
    greedy = {"2 seconds of computing": Doing(exec, "while True: pass"),
              "600 MB of memory": Doing(exec, "import time\nheld = b'x' * (700 << 20)\ntime.sleep(60)")}
    with Pool(1, log=tmp_path / "log") as pool:
        with monkeypatch.context() as tight:
            tight.setattr("autograder.classroom.pool.COMPUTING", 2.0)
            results = {what: pool.submit(each).result() for what, each in greedy.items()}
        after = pool.submit(parse(file_of(PUPILS[0]))).result()
    assert (after.error, after.points) == (None, sum(FULL))
    for what, result in results.items():
        assert result.points == 0 and result.error.startswith("Not graded: the process") and what in result.error


HELD = []  # in a judge process: memory that it does not give back


def drawn_dearly(notebook):
    """In the judge process: whatever draws hidden questions there needs more than a notebook may."""
    draw = questions.prepare

    def dear(*arguments):
        HELD.append(b"x" * (700 << 20))
        began = time.process_time()
        while time.process_time() - began < 6:
            pass
        return draw(*arguments)
    questions.prepare = dear
    return notebook


def test_drawing_the_hidden_questions_costs_no_notebook_its_time_or_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.classroom.pool.COMPUTING", 5.0)
    said = []
    with Pool(1, Settings(seed="a class whose questions are drawn here"), log=tmp_path / "log",
              say=said.append) as pool:
        result = pool.submit(Doing(drawn_dearly, parse(file_of(PUPILS[0])))).result()
    assert (result.error, result.points) == (None, sum(FULL))
    assert said == [DRAWS]  # it took longer than three seconds


def counted(folder, notebook):
    """In a judge process: each drawing leaves a mark."""
    draw, questions.FOLDER = questions.draw_all, folder

    def drawn(*arguments):
        (folder / f"drawn by {os.getpid()}").touch()
        return draw(*arguments)
    questions.draw_all = drawn
    return notebook


def test_of_several_judges_one_draws(tmp_path):
    notebook = parse(file_of(PUPILS[0]))
    with Pool(2, Settings(seed_file=tmp_path / "seed"), log=tmp_path / "log") as pool:
        results = [each.result() for each in [pool.submit(Doing(counted, tmp_path, notebook)) for _ in range(2)]]
        assert len(pool.processes) == 2
    assert [result.points for result in results] == [sum(FULL)] * 2 and len([*tmp_path.glob("drawn by *")]) == 1


def leaves(notebook):
    """In the judge process: a notebook that leaves memory behind."""
    HELD.append(b"x" * (400 << 20))
    return notebook


@pytest.mark.nightly
def test_memory_that_a_notebook_leaves_behind_costs_the_next_one_nothing(tmp_path):
    notebook = parse(file_of(PUPILS[0]))
    with Pool(1, log=tmp_path / "log") as pool:
        results = [pool.submit(Doing(leaves, notebook)).result() for _ in range(3)]
    assert [(result.error, result.points) for result in results] == [(None, sum(FULL))] * 3


def sleeps(notebook):
    time.sleep(60)
    return notebook


@pytest.mark.nightly
def test_one_that_sleeps_keeps_no_other_one_waiting(tmp_path):
    notebook = parse(file_of(PUPILS[0]))
    with Pool(1, log=tmp_path / "log") as pool:
        first, *others = (pool.submit(each) for each in (Doing(sleeps, notebook), notebook, notebook))
        assert [other.result().points for other in others] == [sum(FULL)] * 2
        assert not first.done() and len(pool.processes) == 2


@pytest.mark.nightly
def test_a_pool_that_is_left_does_not_wait(tmp_path):
    endless = parse(file_of(next(pupil for pupil in PUPILS if pupil.student == "hal")))
    began = []
    with Pool(1, log=tmp_path / "log") as pool:
        future = pool.submit(endless, began=lambda: began.append(endless))
        while not began:
            time.sleep(0.05)
        processes = [each for parent in (pool.processes[0].process, ready._sandbox("auto").first.process)
                     for each in psutil.Process(parent.pid).children(recursive=True)]
    assert str(future.exception()) == "the pool is closed"  # and no verdict on what never ends
    assert not left_working(processes)


def test_where_there_can_be_no_judge_the_future_says_why(tmp_path):
    with Pool(1, Settings(device="tpu"), log=tmp_path / "log") as pool:
        with pytest.raises(ValueError, match="tpu"):
            pool.submit(parse(file_of(PUPILS[0]))).result()


class Lacking:
    """A notebook for which the judge needs something that is not there."""

    @property
    def cells(self):
        raise FileNotFoundError(2, "No such file or directory", "a-program")


def test_what_the_machine_lacks_is_named(tmp_path):
    with Pool(1, log=tmp_path / "log") as pool:
        lacking, honest = (pool.submit(each) for each in (Lacking(), parse(file_of(PUPILS[0]))))
        assert "a-program" in lacking.result().error and "torch" not in lacking.result().error
        assert honest.result().points == sum(FULL)


def test_a_folder_for_temporary_files_whose_name_is_too_long_is_named(tmp_path):
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": f"{ROOT}:{ROOT / 'course'}"}
    command = [sys.executable, "-m", "autograder", "grade", "01_se"]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 2
    assert (
        f"{folder}, the folder for temporary files, has too long a name for a socket: set TMPDIR to a shorter one"
        in run.stderr
    )


ORPHAN = """
import hashlib, multiprocessing, signal, sys, threading, time
from autograder.classroom import pool

def deep():
    pool.END_SECONDS = 0.5
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    threading.Thread(target=pool._end_with_parent, daemon=True).start()
    print(multiprocessing.current_process().pid, flush=True)
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2 ** 30)  # one step, of many minutes, in which Python hears no signal

if __name__ == "__main__":
    multiprocessing.get_context("fork").Process(target=deep).start()
    time.sleep(600)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system that forks")
def test_a_judge_that_is_deep_in_one_step_ends_with_who_asked_it(tmp_path):
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'course'}"})
    judge = psutil.Process(int(parent.stdout.readline()))
    time.sleep(1)  # it is in its step
    parent.kill()
    parent.wait()
    assert not left_working([judge])
