"""A machine of a cluster on which learners' code can't have its memory is left out, and costs nobody a point."""

import asyncio
import time

import pytest
from nbformat.v4 import new_notebook

from autograder.classroom import cluster_worker
from autograder.classroom.cluster import ClusterPool, Worker
from autograder.judge.judge import Result
from autograder.judge.settings import Settings
from autograder.sandbox import sandbox
from autograder.sandbox.isolation import NoRoom

SMALL, LARGE = Worker("tls://small:1", "a"), Worker("tls://large:1", "b")


@pytest.fixture
def pool(monkeypatch):
    """Two workers that look alike. told: what the pool has said."""
    pool = ClusterPool("tls://scheduler:8786", say=lambda said: pool.told.append(said))
    pool.told, pool.here, pool.private = [], {"sandbox": "", "device": ""}, None
    monkeypatch.setattr(pool, "_ask", lambda worker, function, *_: pool.here
                        if function is cluster_worker.who else False)
    yield pool
    with pool.change:
        pool.closed = True
        pool.change.notify_all()


def test_what_a_small_machine_was_given_is_judged_by_another(pool, monkeypatch):
    def judge(worker, job):
        if worker == SMALL:
            raise NoRoom("too small")
        return Result("01_se", "", "")

    monkeypatch.setattr(pool, "_judge", judge)
    pool._admit(SMALL, 2)
    futures = [pool.submit(new_notebook()) for _ in range(5)]
    while SMALL in pool.members:
        time.sleep(0.01)
    assert not any(future.done() for future in futures)
    pool._admit(LARGE, 1)
    assert [future.result(5).error for future in futures] == [None] * 5
    assert pool.told == ["The worker tls://small:1 is left out: too small"] and pool.refused == {SMALL: "too small"}


def test_it_is_left_out_before_it_is_given_anything(pool, monkeypatch):
    monkeypatch.setattr(sandbox, "ROOM", 8 << 30)  # a worker may have three
    with pytest.raises(NoRoom) as error:
        asyncio.run(cluster_worker.who(Settings(device="cpu")))

    def ask(worker, function, *_):
        if function is cluster_worker.who:
            raise error.value

    monkeypatch.setattr(pool, "_ask", ask)
    pool._admit(SMALL, 1)
    assert not pool.members and "left out: Learners' code can't have 8 GiB of memory on this machine" in pool.told[0]
    assert "small:1 was left out: Learners' code can't have 8 GiB" in pool._nobody()
