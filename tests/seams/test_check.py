"""`check` itself: what it refuses, what it prints, how long it takes."""

import time

import pytest

from attention_lab import recorded
from attention_lab.check import check, verdict_on
from autograder.declare import Case, Draw

GATE = "class Gate(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(3, 3)\n\n" \
       "    def forward(self, x):\n        return torch.sigmoid(self.fc(x))\n"
CASES = tuple(Case(f"{n} vectors", (Draw((n, 3)),)) for n in (1, 2, 5))


@pytest.fixture
def lesson(way, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return way(GATE, "Gate", *CASES)


def test_points_and_one_print(lesson, capsys):
    chatty = GATE.replace("return torch", "print('shape', tuple(x.shape), '.' * 1000)\n        return torch")
    assert check(lesson.namespace(chatty)["Gate"]) == 10.0
    out = capsys.readouterr().out
    assert out.count("shape") == 1 and "10 of 10 points" in out
    assert check(lesson.namespace(GATE.replace("torch.sigmoid", "-torch.sigmoid"))["Gate"]) == 0.0
    assert "its sign is flipped everywhere" in capsys.readouterr().out


def test_what_is_no_exercise(lesson):
    names = lesson.namespace(GATE)
    for thing, telling in ((lambda x: x, "`<lambda>`"), (names["Gate"](), "an object of type Gate"), (len, "`len`"),
                           (None, "type NoneType"), (names["nn"].Linear, "`Linear`")):
        with pytest.raises(ValueError, match="written with def or class under its own name: Gate") as refused:
            check(thing)
        assert telling in str(refused.value)
    assert verdict_on(names["Gate"], lesson.path).points == 10.0


@pytest.mark.parametrize("content", [b"", b"no checks", None, b"\x10\x00\x00\x00\x00\x00\x00\x00{}              "])
def test_a_broken_file(lesson, content):
    whole = lesson.path.read_bytes()
    lesson.path.write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(ValueError, match="is not a file of recorded checks"):
        check(lesson.namespace(GATE)["Gate"])


def test_a_missing_file(lesson):
    lesson.path.unlink()
    with pytest.raises(FileNotFoundError, match="belong in one folder"):
        check(lesson.namespace(GATE)["Gate"])


def test_saving_twice_gives_the_same_bytes(lesson, tmp_path):
    recorded.save(recorded.load(lesson.path), tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == lesson.path.read_bytes()


def test_a_check_is_quick(lesson):
    thing, took = lesson.namespace(GATE)["Gate"], []
    for _ in range(4):
        start = time.perf_counter()
        verdict_on(thing, lesson.path)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.5  # a busy machine may delay some of them
