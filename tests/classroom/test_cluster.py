"""Judging on a Dask cluster: a real scheduler and real workers, each a process of its own, by the commands of
docs/instructors/cluster.md."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import dask.config
import distributed  # noqa: F401  its own settings are among dask's from now on
import psutil
import pytest
import yaml

from autograder.classroom.cluster import ClusterPool, NoWorkers, safe_address
from autograder.classroom.pool import Pool
from autograder.judge.identity import identity
from autograder.judge.settings import Settings
from autograder.submission.parse import parse
from tests.classroom.pupils import FULL, LESSON, PUPILS, SOLVED, Pupil, file_of, notebook_of
from tests.conftest import ROOT, need
from tests.waiting import HANG_SECONDS, comes_true

from .classes import command, counts, environment, grade, moved

pytestmark = pytest.mark.nightly

CONFIG = ROOT / "docs/cluster.yaml"
DOCS = (ROOT / "docs/instructors/cluster.md").read_text(encoding="utf-8")
THERE = "tls://10.0.0.1:8786"  # the scheduler's address in them
SEED = "0123456789abcdef0123456789abcdef"
SOME = [pupil for pupil in PUPILS if pupil.student in ("ada", "cleo", "dora", "emil", "kim")]


def line(beginning):
    """The line of the instructors' page that begins so."""
    (found,) = {line for line in DOCS.splitlines() if line.startswith(beginning)}
    return found


def documented(beginning, **words):
    """The command that begins so, by its words; those that are given are others here."""
    return [words.get(word, word) for word in shlex.split(line(beginning), comments=True)]


def settings():
    """What is exported in every terminal."""
    return dict([documented("export DASK")[1].split("=")])


def as_repository(folder):
    """Make a folder one in which those commands can be typed; what they write to work/ is its own."""
    for name in ("autograder", "course", "solutions", "docs"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])


class Cluster:
    """A scheduler and workers, in a folder with certificates and a class's seed; what they print goes to logs there.
    scheduler: more of its environment."""

    def __init__(self, folder, **scheduler):
        self.folder, self.processes = folder, []
        self.seed = folder / "work/seed"
        as_repository(folder)
        (folder / "work").mkdir()
        self.seed.write_text(SEED)
        subprocess.run(line("mkdir -p work/cluster "), shell=True, cwd=folder, check=True, capture_output=True)
        self.environment = {**os.environ, **settings(), "PYTHONUNBUFFERED": "1"}
        self.environment.pop("PYTHONPATH", None)
        self.start("scheduler", [*documented(".venv/bin/dask scheduler"), "--host", "127.0.0.1", "--port", "0"],
                   **scheduler)
        self.address = self.said("scheduler", r"Scheduler at:\s+(tls://\S+)")

    def start(self, name, command, **more):
        log = open(self.folder / f"{name}.log", "ab")
        process = subprocess.Popen(command, cwd=self.folder, env=self.environment | more, stdout=log, stderr=log,
                                   stdin=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def worker(self, name, *arguments, **more):
        command = documented(".venv/bin/dask worker", **{THERE: self.address, "8": "1", "lab1": name})
        return self.start(name, [*command, *arguments], **more)

    def said(self, name, pattern):
        log = self.folder / f"{name}.log"
        assert comes_true(lambda: re.search(pattern, log.read_text())), log.read_text()
        return re.search(pattern, log.read_text())[1]

    def ready(self, name):
        """The worker's address, once it has reached the scheduler."""
        return self.said(name, r"Registered to:[\s\S]*?(tls)") and self.said(name, r"Start worker at:\s+(tls://\S+)")

    def pool(self, isolation="auto", **keywords):
        return ClusterPool(self.address, Settings(isolation, seed_file=self.seed), **keywords)

    def end(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def certificates(folder):
    """The instructors' settings, with the certificates of a cluster in this folder."""
    here = yaml.safe_load(CONFIG.read_text().replace("work/cluster", str(folder / "work/cluster")))
    return dask.config.set({"distributed": dask.config.merge(dask.config.get("distributed"), here["distributed"])})


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    need([] if shutil.which("openssl") else ["openssl"])
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        (cluster.folder / "other.py").write_text("import torch\ntorch.__version__ = '1.0.made-up'\n")
        known = yaml.safe_load(CONFIG.read_text())["distributed"]["worker"]["preload"]  # the option takes their place
        cluster.worker("one"), cluster.worker("two"), cluster.worker("other",
                                                                     *(f"--preload={each}"
                                                                       for each in [*known, "other.py"]))
        for name in ("one", "two", "other"):
            cluster.ready(name)
        with certificates(cluster.folder):
            yield cluster
    finally:
        cluster.end()


def probe(cluster):
    """Full marks for whoever finds nothing of the cluster within reach."""
    host, port = cluster.address.removeprefix("tls://").split(":")
    found = f"""
def within_reach():
    import os, socket
    for path in {[str(cluster.folder / "work/cluster/key.pem"), str(cluster.seed), str(CONFIG)]!r}:
        try:
            return open(path).read()
        except OSError:
            pass
    try:
        return socket.create_connection(({host!r}, {port}), 2)
    except Exception:
        pass
    sockets = 0
    for fd in range(64):
        try:
            sockets += os.readlink(f"/proc/self/fd/{{fd}}").startswith("socket:")
        except OSError:
            pass
    return [name for name in os.environ if "DASK" in name] or sockets > 1
"""
    def edit(notebook):
        first = next(cell for cell in notebook.cells if "def squeeze" in cell.source)
        assert first.source.count("    return ") == 1
        first.source = found + first.source.replace("    return ",
                                                    "    if within_reach():\n        return None\n    return ")
    return Pupil("spy", "looks for the cluster", FULL, SOLVED, edit=edit)


def test_the_verdicts_are_those_of_one_machine_and_another_version_is_left_out(cluster, tmp_path):
    broken = tmp_path / "broken.ipynb"
    broken.write_text("not JSON")
    given = [*(parse(file_of(pupil)) for pupil in SOME), notebook_of(probe(cluster)), broken,
             tmp_path / "missing.ipynb"]
    left_out = []
    with Pool(1, Settings(seed_file=cluster.seed), log=tmp_path / "log") as pool:
        alone = [future.result() for future in [pool.submit(each) for each in given]]
    with cluster.pool(say=left_out.append) as pool:
        spread = [future.result() for future in [pool.submit(each) for each in given]]
        assert len(pool.members) == 2
    assert [json.dumps(asdict(each)) for each in spread] == [json.dumps(asdict(each)) for each in alone]
    assert len({each.points for each in spread}) > 2 and spread[len(SOME)].points == sum(FULL)
    assert len(left_out) == 1 and cluster.ready("other") in left_out[0] and "torch 1.0.made-up (here " in left_out[0]
    assert not any(SEED in said for said in left_out)


def test_what_a_spy_looks_for_is_there(cluster):
    """Without walls it is found, so that its full marks behind them mean something."""
    with cluster.pool(isolation="none") as pool:
        assert pool.submit(notebook_of(probe(cluster))).result().points < sum(FULL)


def test_a_worker_that_is_killed_loses_nothing(cluster, tmp_path):
    notebooks = [parse(file_of(pupil)) for pupil in SOME * 2]
    began = []
    with Pool(1, Settings(seed_file=cluster.seed), log=tmp_path / "log") as pool:
        alone = [future.result() for future in [pool.submit(each) for each in notebooks[:len(SOME)]]] * 2
    with cluster.pool(say=lambda _: None) as pool:
        futures = [pool.submit(each, began=lambda: began.append(None)) for each in notebooks]
        while len(began) < 4:
            time.sleep(0.02)
        killed = worker_process(cluster, "one")
        killed.send_signal(signal.SIGKILL)
        results = [future.result(HANG_SECONDS) for future in futures]
        assert [json.dumps(asdict(each)) for each in results] == [json.dumps(asdict(each)) for each in alone]
        assert len(began) > len(notebooks)  # one was begun twice
        # Dask starts another process, which is asked who it is and then takes part
        assert comes_true(lambda: len(pool.members) >= 2)


def worker_process(cluster, name):
    """The process that Dask watches over, and starts again."""
    nanny = next(process for process in cluster.processes if name in process.args)
    return next(child for child in psutil.Process(nanny.pid).children() if "spawn_main" in " ".join(child.cmdline()))


def test_nobody_judges_where_all_are_of_another_version(cluster, monkeypatch):
    here = {**identity(Settings()), "judge": "0" * 64}
    monkeypatch.setattr("autograder.classroom.cluster.identity", lambda *_: here)
    with pytest.raises(NoWorkers) as refusal:
        with cluster.pool(say=lambda _: None):
            pass
    for name in ("one", "two", "other"):
        assert f"{cluster_address(cluster, name)} was left out: another judge" in str(refusal.value)


def cluster_address(cluster, name):
    """The newest: a worker that was killed has another one."""
    return re.findall(r"Start worker at:\s+(tls://\S+)", (cluster.folder / f"{name}.log").read_text())[-1]


def test_the_command_records_and_says_nothing_of_the_seed(cluster, released, tmp_path):
    course = moved(released, tmp_path / "course")
    course.collect(SOME)
    shutil.copytree(cluster.folder / "work/cluster", course.folder / "work/cluster")
    shutil.copy(cluster.seed, course.folder / "work/seed")
    as_repository(course.folder)

    def grade(address):
        command = documented(".venv/bin/autograder grade 01_se --cluster", **{THERE: address})
        return subprocess.run(command, cwd=course.folder, env={**course.environment, **settings()}, text=True,
                              capture_output=True,
                              stdin=subprocess.DEVNULL)
    run = grade("tcp://192.0.2.1:8786")
    assert run.returncode == 2 and "refused: without encryption" in run.stderr
    run = grade(cluster.address)
    assert run.returncode == 0, run.stdout + run.stderr
    # on a busy machine, somebody is judged twice, and has the second verdict from the first run's cache
    assert sum(counts(run)) == len(SOME) and "is left out: torch 1.0.made-up" in run.stdout
    with course.gradebook() as gradebook:
        points = {each.student.id: each.score for each in gradebook.assignment_submissions(LESSON)}
    assert points == {pupil.student: sum(pupil.points) for pupil in SOME}
    logs = [path.read_bytes()
            for path in cluster.folder.glob("*.log")] + [(course.folder / "work/grade.log").read_bytes()]
    assert len(logs) == 5 and b"Run out-of-band function 'begin'" in b"".join(logs)
    for text in (SEED, SEED.encode().hex()):
        assert text.encode() not in b"".join(logs) + (run.stdout + run.stderr).encode()


def test_a_scheduler_that_does_not_know_the_course_is_told_apart(tmp_path):
    cluster = Cluster(tmp_path, DASK_DISTRIBUTED__SCHEDULER__PRELOAD="[]")
    try:
        with certificates(tmp_path), pytest.raises(NoWorkers, match="No module named 'autograder'.*start it in the "
                                                                    "repository's folder"):
            with cluster.pool(say=lambda _: None):
                pass
    finally:
        cluster.end()


LOUD = {"DASK_LOGGING__DISTRIBUTED": "debug"}  # Dask then writes every message to its log


@pytest.mark.parametrize("scheduler, worker", [(LOUD, {}), ({}, LOUD)])
def test_nobody_who_logs_every_message_is_told_the_seed(scheduler, worker, tmp_path):
    cluster = Cluster(tmp_path, **scheduler)
    try:
        cluster.worker("one", **worker)
        cluster.ready("one")
        with certificates(tmp_path), pytest.raises(NoWorkers, match="debug log level"):
            with cluster.pool(say=lambda _: None):
                pass
        logs = b"".join(path.read_bytes() for path in tmp_path.glob("*.log"))
        assert b"Message from" in logs and SEED.encode() not in logs
    finally:
        cluster.end()


@pytest.mark.parametrize("ends", ["the scheduler", "the command"])
def test_what_ends_in_the_middle_is_gone_on_with_on_one_machine(ends, released, tmp_path):
    course = moved(released, tmp_path / "course")
    course.collect(SOME)
    shutil.rmtree(course.folder / "work", ignore_errors=True)
    cluster = Cluster(course.folder)
    try:
        cluster.worker("one")
        cluster.ready("one")
        run = subprocess.Popen(command("--cluster", cluster.address), cwd=course.folder, text=True,
                               stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env={**environment(course), "DASK_CONFIG": str(CONFIG)},
                               start_new_session=True,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        while not (line := run.stdout.readline()).startswith(f"1/{len(SOME)}"):
            assert line, "the run ended before anybody was recorded"
        if ends == "the scheduler":
            cluster.processes[0].kill()
        else:
            os.killpg(run.pid, signal.SIGINT)
        printed, _ = run.communicate(timeout=HANG_SECONDS)
    finally:
        cluster.end()
    status, said = (
        (1, "no worker of the cluster") if ends == "the scheduler" else (130, "Interrupted. 1 of 5 are recorded")
    )
    assert (run.returncode, said in printed, "Traceback" in printed) == (status, True, False), printed
    again = grade(course)
    assert again.returncode == 0, again.stdout + again.stderr
    assert counts(again)[0] < len(SOME)  # who is recorded is not judged once more
    assert course.grades() == {pupil.student: pupil.points for pupil in SOME}


@pytest.mark.parametrize("address", ["tcp://192.0.2.1:8786", "tcp://lab1:8786", "tcp://127.0.0.1.example.org:8786",
                                     "tcp://0.0.0.0:1",
                                     "ws://lab1:8786", "lab1:8786", "tls://", "inproc://1/2"])
def test_an_address_that_others_could_listen_to_is_refused(address):
    with pytest.raises(ValueError, match=re.escape(address)):
        safe_address(address)


@pytest.mark.parametrize("address", ["tls://lab1:8786", "tls://192.0.2.1:8786", "tcp://127.0.0.1:8786",
                                     "tcp://[::1]:8786"])
def test_other_addresses_are_accepted(address):
    assert safe_address(address) == address
