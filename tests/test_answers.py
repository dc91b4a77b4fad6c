"""How the bank of a topic is written down (autograder/lessons/bank.py)."""

from types import SimpleNamespace

import pytest

from autograder.lessons import bank

REFERENCE = '''
def gate(x: Tensor) -> Tensor:
    """The gate."""
    s = x.mean((2, 3))  # (B, C)
    return x * torch.sigmoid(s)[:, :, None, None]
'''


@pytest.fixture
def read(tmp_path):
    (tmp_path / "reference.py").write_text(REFERENCE)
    (tmp_path / "answers").mkdir()

    def read(text, file="gate.py"):
        (tmp_path / "answers" / file).write_text(text)
        return bank.answers(tmp_path, SimpleNamespace(__file__=tmp_path / "reference.py", gate=None))

    return read


def test_each_cell_is_an_answer_with_the_imports_above_it(read):
    right, wrong, measured = read("import torch\n\n\n# %% right: by-hand\nA = 1\n\n\n"
                                  "# %% wrong: no-sum, expect: columns, of the map\nB = 2\n"
                                  "# %% wrong: kept, expect: nothing, only a process shows it\nC = 3\n")
    assert right == bank.Answer("gate", "right", "by-hand", "import torch\n\n\nA = 1\n") and not right.measured
    assert (wrong.kind, wrong.name, wrong.expected, wrong.measured) == ("wrong", "gate--no-sum", "columns, of the map",
                                                                        False)
    assert measured.measured and "A = 1" not in measured.source


def test_an_answer_may_say_only_what_differs_from_the_reference(read):
    [answer] = read("import torch\n\n# %% wrong: raw, edits, expect: unbounded\n# Forgets the sigmoid.\n# - s = "
                    "x.mean((2, 3))\n# + s = x.mean((2, 3))\n# + s = s * 1\n#\n"
                    "# - return x * torch.sigmoid(s)[:, :, None, None]\n# + return x * s[:, :, None, None]\n")
    assert answer.source == ("import torch\n\n# Forgets the sigmoid.\ndef gate(x):\n    s = x.mean((2, 3))\n    s "
                             "= s * 1\n    return x * s[:, :, None, None]\n")


@pytest.mark.parametrize(("text", "file", "says"), [
    ("# %% wrong no-sum\nA = 1\n", "gate.py", "# %% wrong no-sum"),
    ("# %% wrong: a\nA = 1\n# %% right: a\nA = 1\n", "gate.py", "two answers are called 'a'"),
    ("# %% wrong: a\nA = 1\n", "gates.py", "named after 'gates', which the reference does not define"),
    ("# %% wrong: a, edits\n# - s = x.amax((2, 3))\n# + s = 1\n", "gate.py", "gate.py, a: .* stands 0 times"),
])
def test_what_cannot_be_read_is_named(read, text, file, says):
    with pytest.raises(ValueError, match=says):
        read(text, file)


def test_a_bank_of_the_older_form_is_not_overlooked(read, tmp_path):
    (tmp_path / "answers/wrong").mkdir()
    (tmp_path / "answers/wrong/gate--no-sum.py").write_text("A = 1\n")
    with pytest.raises(ValueError, match="gate--no-sum.py: answers are cells of answers/<exercise>.py now. .* `# %% "
                                         "wrong: no-sum`"):
        read("")
