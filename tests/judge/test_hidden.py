"""Hidden questions are drawn once for a seed and the code, and what is kept of them is what was drawn."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass

import pytest
import torch

from attention_lab.checking import recorded
from attention_lab.networks.threads import one_thread
from autograder.judge import questions
from autograder.lessons.course import files_of
from autograder.submission.notebook import lesson

LESSON = lesson("01_se")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(questions, "FOLDER", tmp_path / "hidden")
    return tmp_path / "hidden"


@pytest.fixture
def draws(monkeypatch):
    """The seeds that are drawn: in the place of questions of theirs, which take seconds, come those of the visible
    check."""
    seeds = []

    def drawn(_lesson, seed, _device):
        seeds.append(seed)
        return recorded.load_all(files_of(LESSON.name) / recorded.FOLDER)
    monkeypatch.setattr(questions, "drawn", drawn)
    return seeds


def same(a, b):
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and torch.equal(a.nan_to_num(), b.nan_to_num())
    if isinstance(a, dict):
        return sorted(a) == sorted(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return (
        all(same(getattr(a, field.name), getattr(b, field.name)) for field in fields(a)) if is_dataclass(a) else a == b
    )


def test_what_is_kept_is_what_was_drawn(folder):
    with one_thread():
        first, again = (questions.prepare(LESSON, "a seed", "meta", keep=True) for _ in range(2))
    assert same(again.exercises, first.exercises)
    assert [packed.body for packed in again.packed.values()] == [packed.body for packed in first.packed.values()]
    path, = folder.iterdir()  # so the second came from there
    assert path.stat().st_mode & 0o077 == 0 and folder.stat().st_mode & 0o077 == 0


def test_who_wants_the_same_at_the_same_time_waits_for_it(folder, draws, monkeypatch):
    draw = questions.drawn

    def slowly(*given):
        time.sleep(0.5)
        return draw(*given)
    monkeypatch.setattr(questions, "drawn", slowly)
    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(lambda _: questions.prepare(LESSON, "a", "meta", keep=True), range(3)))
    assert draws == ["a"] and all(graders.exercises for graders in found) and len(list(folder.iterdir())) == 1


def test_another_seed_other_code_and_a_broken_file_draw_anew(folder, draws, monkeypatch):
    questions.prepare(LESSON, "a", "meta", keep=True)
    path, = folder.iterdir()
    path.write_bytes(path.read_bytes()[:-100])
    questions.prepare(LESSON, "a", "meta", keep=True)
    questions.prepare(LESSON, "b", "meta", keep=True)
    monkeypatch.setattr(questions, "versions", lambda _topic: ["other code"])
    questions.prepare(LESSON, "b", "meta", keep=True)
    assert draws == ["a", "a", "b", "b"] and len(list(folder.iterdir())) == 3


def test_nothing_is_kept_where_it_is_not_asked_for_or_can_not_be(folder, draws, monkeypatch):
    questions.prepare(LESSON, "a", "meta", keep=False)
    assert not folder.exists()
    folder.write_text("a file where the folder should be")
    assert questions.prepare(LESSON, "a", "meta", keep=True).exercises and draws == ["a", "a"]


def test_what_was_not_used_for_longest_goes(folder, draws, monkeypatch):
    monkeypatch.setattr(questions, "KEPT", 2)
    for seed in "abc":
        questions.prepare(LESSON, seed, "meta", keep=True)
    assert len(list(folder.iterdir())) == 2
    questions.prepare(LESSON, "c", "meta", keep=True)
    questions.prepare(LESSON, "a", "meta", keep=True)
    assert draws == ["a", "b", "c", "a"]
