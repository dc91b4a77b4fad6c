"""solutions/shared/attempts.py: an attempt of ours is measured by the cell that a learner runs."""

import pytest

from solutions.shared.attempts import Attempts

PAGE = '''# %% [markdown]
# # A page

# %%
from attention_lab.notebook.challenge import challenge
from attention_lab.networks.training import compare

results = compare(["one"], [0], lambda arm, seed: 1.0)

# %%
def doubled(value):
    return 2 * value


later = compare(["two"], [0], lambda arm, seed: doubled(1.0))

# %%
{mine}
# lambda: 3.0

found = compare(["yours"], range(2), lambda arm, seed: doubled(mine()) + seed).mean("yours") if mine else None
challenge("a number", found, 6, "%",
          at_most={{"seeds": (2, 2)}})
'''


def page(folder, mine="mine = None  # your turn, such as"):
    file = folder / "page.py"
    file.write_text(PAGE.format(mine=mine), encoding="utf-8")
    return file


def test_the_pages_own_cell_measures(tmp_path):
    attempts = Attempts(page(tmp_path), also=["def doubled(value):"])
    assert repr(attempts.result(lambda: 3.0)) == "✓ a number: 6.50 %; that beats 6 %\n✓ seeds: 2, at most 2"
    assert not attempts.result(lambda: 2.0).met


def test_a_challenge_in_the_lab_book_measures_too(tmp_path):
    file = page(tmp_path)
    before, challenge = file.read_text(encoding="utf-8").rsplit("# %%\n", 1)
    file.write_text(before, encoding="utf-8")
    (tmp_path / "lab_book.md").write_text(f"# A book\n\n```python\n{challenge}```\n", encoding="utf-8")
    assert Attempts(file, also=["def doubled(value):"]).result(lambda: 3.0).met


def test_each_attempt_is_printed_with_its_name(tmp_path, capsys):
    Attempts(page(tmp_path), also=["def doubled(value):"]).try_all({"small": lambda: 1.0, "large": lambda: 4.0})
    shown = capsys.readouterr().out
    assert "small\n○ a number: 2.50 %" in shown
    assert "large\n✓ a number: 8.50 %" in shown


@pytest.mark.parametrize("mine, also, found", [
    ("mine = None", ["no such line"], "0 cells have 'no such line', not one"),
    ("yours = None", [], "has no line `mine = None`"),
])
def test_a_page_that_does_not_fit_is_refused(tmp_path, mine, also, found):
    with pytest.raises(ValueError, match=found):
        Attempts(page(tmp_path, mine), also)
