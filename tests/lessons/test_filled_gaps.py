"""A solved notebook: the page's stubs with the bodies of the reference."""

import ast
import re

import pytest

from autograder.lessons import pages
from autograder.new.drafted_page import gapped
from autograder.new.sketch import Drafted
from builder import cells

pytestmark = pytest.mark.quick

PAGE = '''\
# %%
from torch import nn


# %% exercise
def half(x):
    """Half of x."""
    ...


# %% points=1
check(half)

# %% exercise
class Block(nn.Module):
    """Half of x, shifted."""

    def __init__(self, by=1):
        super().__init__()
        ...

    def forward(self, x):
        ...


# %% points=2
check(Block)

# %%
later = 3
'''
REFERENCE = '''\
"""What a learner never sees."""
import math
from torch import Tensor, nn

FACTOR = 2


def size(x: Tensor) -> int:
    """How many."""
    return math.prod(x.shape) * FACTOR


def half(x: Tensor) -> Tensor:
    """Another docstring."""
    # a comment
    if size(x) < 1:
        raise ValueError("nothing")
    return x / FACTOR


class Block(nn.Module):
    def __init__(self, by: int = 1) -> None:
        super().__init__()
        self.by = by

    def forward(self, x: Tensor) -> Tensor:
        return self.shifted(half(x))  # (B, C)

    def shifted(self, x: Tensor) -> Tensor:
        return x + self.by

    def unused(self) -> None: ...
'''
HALF = '''\
def half(x):
    """Half of x."""
    ### BEGIN SOLUTION
    # a comment
    if size(x) < 1:
        raise ValueError("nothing")
    return x / FACTOR


import math
from torch import Tensor


FACTOR = 2


def size(x: Tensor) -> int:
    """How many."""
    return math.prod(x.shape) * FACTOR
    ### END SOLUTION'''
BLOCK = '''\
class Block(nn.Module):
    """Half of x, shifted."""

    def __init__(self, by=1):
        super().__init__()
        ### BEGIN SOLUTION
        self.by = by
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.shifted(half(x))  # (B, C)

    def shifted(self, x: Tensor) -> Tensor:
        return x + self.by
        ### END SOLUTION'''


def read(folder, page=PAGE, reference=REFERENCE):
    (folder / "reference.py").write_text(reference, encoding="utf-8")
    (folder / "page.py").write_text(page, encoding="utf-8")
    notebook = pages.read(folder / "page.py")
    cells.expand(notebook)
    return [cell.source for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]


def test_a_gap_has_the_references_body_and_the_last_one_what_the_page_lacks(tmp_path):
    assert read(tmp_path) == [HALF, BLOCK]


def test_what_the_page_has_above_is_not_taken_along(tmp_path):
    half, _ = read(tmp_path, PAGE.replace("from torch import nn\n", "from torch import Tensor, nn\n\nFACTOR = 2\n"))
    assert "import math\n" in half and "Tensor\n" not in half and "FACTOR = 2" not in half


def test_a_solution_on_the_page_stays(tmp_path):
    own = "### BEGIN SOLUTION\n    return 0.5 * x\n    ### END SOLUTION"
    half, block = read(tmp_path, PAGE.replace("...", own, 1))
    assert half.endswith(own) and block.startswith("class Block")


def test_a_module_of_solutions_from_which_the_reference_imports_gives_its_function(tmp_path):
    shared = "from solutions.shared.bottleneck import hidden_channels as hidden_channels\n"
    half, _ = read(tmp_path, reference=REFERENCE.replace("FACTOR = 2", f"{shared}FACTOR = hidden_channels(4, 2)"))
    assert re.search(r"^def hidden_channels\(.*^FACTOR = hidden_channels", half, re.MULTILINE | re.DOTALL)


def test_the_page_of_a_new_lesson_has_gaps_that_its_reference_fills(tmp_path):
    text = REFERENCE.replace("    def unused(self) -> None: ...", "    def one(self): return 1")
    made = [gapped(text, Drafted(node.name, node, (), ())) for node in ast.parse(text).body[-2:]]
    assert "return" not in "".join(made) and "".join(made).count("...") == 5
    source = "".join(f"# %% exercise\n{each}\n\n\n# %% points=1\ncheck({name})\n\n"
                     for each, name in zip(made, ("half", "Block")))
    half, block = read(tmp_path, "# %%\nfrom torch import Tensor, nn\n\n" + source, text)
    assert "    return x / FACTOR\n" in half
    assert "    def one(self):\n        ### BEGIN SOLUTION\n        return 1\n        ### END SOLUTION" in block


@pytest.mark.parametrize("page, reference, message", [
    (("def half(x)", "def half(y)"), (), r"half has the parameters \(y\) on the page, and \(x\) in the reference"),
    (("by=1", "by=2"), (), r"Block\.__init__ has the parameters \(self, by=2\)"),
    (("super().__init__()", "self.on = True"), (), r"Block\.__init__: the page gives \['self.on = True'\] beside"),
    ((), ("        self.by = by\n", ""), r"Block\.__init__: the page gives"),
    (("def forward", "def backward"), (), r"a gap in Block\.backward, which the reference does not define"),
    ((), ("class Block", "class Blocks"), "a gap in Block, which the reference does not define"),
    (("x):\n        ...", "x): ..."), (), r"Block: a gap is a line of its own, not 'def forward\(self, x\): ...'"),
    (("later = 3", "size = 3"), (), "half: the reference uses size, to which the page gives a meaning only later"),
    (("...\n\n\n# %% points=1", "...\n    print(x)\n\n\n# %% points=1"),
     ("    return x / FACTOR", "    x = x / FACTOR\n    print(x)"),
     "half: the reference needs FACTOR, Tensor, math, size, too; then the last gap must end the cell"),
])
def test_a_gap_that_the_reference_does_not_fit_is_refused(tmp_path, page, reference, message):
    with pytest.raises(ValueError, match=message):
        read(tmp_path, PAGE.replace(*page) if page else PAGE,
             REFERENCE.replace(*reference) if reference else REFERENCE)
