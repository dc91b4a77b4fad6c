"""Hidden questions are drawn once for a seed and the code, and what is kept of them is what was drawn. Known mistakes
answer them when an answer is wrong."""

from collections import Counter
from dataclasses import replace

import pytest

from attention_lab.checking.known import recorded
from attention_lab.checking.verdict import judging
from attention_lab.notebook.check import asker
from attention_lab.threads import one_thread
from autograder import recording
from autograder.judge import questions
from autograder.judge.known import unseen
from autograder.lessons import derive
from autograder.lessons.course import files_of
from autograder.lessons.topics import topic
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
    monkeypatch.setattr(questions, "draw_all", drawn)
    return seeds


def test_what_is_kept_is_what_was_drawn(folder):
    with one_thread():
        first, again = (questions.prepare(LESSON, "a seed", "meta", keep=True) for _ in range(2))
    assert [recorded.to_bytes(replace(each, mistakes=[])) for each in again.exercises] == [
        recorded.to_bytes(replace(each, mistakes=[])) for each in first.exercises]
    assert [packed.body for packed in again.packed.values()] == [packed.body for packed in first.packed.values()]
    path, = folder.iterdir()  # so the second came from there
    assert path.stat().st_mode & 0o077 == 0 and folder.stat().st_mode & 0o077 == 0


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


def test_known_mistakes_are_asked_about_one_case_first_and_their_answers_are_kept(folder, monkeypatch):
    asked = []
    answered = recording.answered

    def noting(mistake, reference, made, case):
        asked.append((mistake.id, case.number))
        return answered(mistake, reference, made, case)
    questions.prepare(LESSON, "a seed", "meta", keep=True)  # a draw asks what its numbers may hide
    monkeypatch.setattr(recording, "answered", noting)
    answer = {"squeeze": lambda x: x.amax(dim=(2, 3))}

    def judged():
        graders = questions.prepare(LESSON, "a seed", "meta", keep=True)
        exercise = graders.exercises[0]
        said = judging.judge(exercise, asker(answer["squeeze"], answer), secret=True)
        graders.mistakes["squeeze"].keep()
        return said.mistake, exercise
    with one_thread():
        mistake, exercise = judged()
        assert mistake == "squeeze-maximum" and len(set(asked)) == len(asked)
        times = Counter(mistake for mistake, _ in asked)
        assert len(times) == len(exercise.mistakes) and times["squeeze-maximum"] > 10
        assert sorted(times.values())[:-1] == [1] * (len(times) - 1)
        asked.clear()
        assert judged()[0] == mistake and not asked  # as in another process
        path, = folder.glob("*.json")
        assert path.stat().st_mode & 0o077 == 0
        path.write_text(path.read_text()[:-100])
        assert judged()[0] == mistake and asked


def test_a_known_mistake_that_is_asked_later_answers_as_one_that_is_recorded():
    with one_thread():
        exercise = questions.prepare(LESSON, "a seed", "meta", keep=False).exercises[1]
        made = replace(exercise, mistakes=[])
        recording.record_mistakes(made, topic(LESSON.topic).reference, topic(LESSON.topic).mistakes)
    assert recorded.to_bytes(exercise) == recorded.to_bytes(made)


def test_a_draw_whose_numbers_hide_a_known_mistake_is_followed_by_the_next(monkeypatch):
    """With this seed, dropout takes the same channel before and after a sum."""
    files, known = topic("danet"), recorded.load(files_of("05a_danet") / recorded.FOLDER, "DANetHead")
    hidden = []
    for draw in range(2):
        cases = derive.hidden(files.exercises, files.reference, f"audit 1/{draw}")["DANetHead"]
        made = recording.record_exercise("DANetHead", cases, 3.0, files.reference, (), ("PositionAttention",
                                         "ChannelAttention"), f"audit 1/{draw}")
        hidden.append(unseen(made, known, files))
    assert hidden == [["head-dropout-before-sum"], []]
    drawn = []
    monkeypatch.setattr(questions, "unseen", lambda made, *_: drawn.append(made) or ["one"] * (len(drawn) == 1))
    made = questions.draw_all(LESSON, "a seed", "meta")
    assert any(drawn[-1] is each for each in made) and not any(drawn[0] is each for each in made)
