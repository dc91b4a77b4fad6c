"""How a catalogue is written down (autograder/lessons/catalogue.py)."""

from importlib.util import module_from_spec, spec_from_file_location

import pytest

from autograder.lessons.catalogue import IMPORTS, load

pytestmark = pytest.mark.quick

REFERENCE = '''
def gate(x: Tensor) -> Tensor:
    """The gate."""
    s = x.mean((2, 3))  # (B, C)
    return x * torch.sigmoid(s)[:, :, None, None]
'''
IMPORT = "from autograder.lessons.catalogue import Mistake, Wrong\n"


@pytest.fixture
def read(tmp_path):
    (tmp_path / "reference.py").write_text("import torch\nfrom torch import Tensor\n" + REFERENCE)

    def module(name):
        path = tmp_path / f"{name.replace('.', '/')}.py"
        made = module_from_spec(spec := spec_from_file_location(name.rpartition(".")[2], path))
        spec.loader.exec_module(made)
        return made

    def read(text, file="catalogue/gate.py"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(IMPORT + text)
        return load(tmp_path, module, module("reference"), ["gate"])

    return read


def test_an_entry_is_a_program_or_edits_of_the_reference_or_of_a_program(read):
    made = read("""
RIGHT = {"by-hand": '''
    def gate(x):
        return x * x.mean((2, 3)).sigmoid()[..., None, None]
    '''}
MISTAKES = (Mistake("raw", "No sigmoid.", {"torch.sigmoid(s)": "s"}, hint=2),)
WRONG = (Wrong("sum", {"x.mean": "x.sum"}, of="by-hand", says="H * W"),
         Wrong("kept", {"x * ": "x.mul_", "[:, :, None, None]": ""}, unseen="only a process shows it"))
EQUIVALENT = ("4: sigmoid in place",)
""")
    [mistake], [right], [total, kept] = made.mistakes, made.right, made.wrong
    assert right.source == IMPORTS + "def gate(x):\n    return x * x.mean((2, 3)).sigmoid()[..., None, None]\n"
    assert total.source == right.source.replace("mean", "sum") and total.exercise == "gate"
    assert mistake.source == REFERENCE.lstrip().replace("torch.sigmoid(s)", "s") and mistake.hint == 2
    assert "x.mul_torch" in kept.source and made.equivalent == ("gate 4: sigmoid in place",)
    assert total.told(None, "Divide by H * W.") and not total.told("raw", "No sigmoid.")


@pytest.mark.parametrize(("text", "file", "says"), [
    ("", "catalogue/gates.py", "named after 'gates', which is no exercise"),
    ("RIGHT = {'a': ''}\nWRONG = (Wrong('a', ''),)", "catalogue/gate.py", "two answers are called a"),
    ("MISTAKES = (Mistake('a', 'S.', {}), Mistake('a', 'S.', {}))", "catalogue/gate.py", "two mistakes are called a"),
    ("WRONG = (Wrong('a', {'x.amax': ''}),)", "catalogue/gate.py", "gate.py, a: 'x.amax' stands 0 times"),
    ("WRONG = (Wrong('a', {'x': ''}),)", "catalogue/gate.py", "gate.py, a: 'x' stands 3 times"),
    ("WRONG = (Wrong('a', {'x': ''}, of='b'),)", "catalogue/gate.py", "'b' is no answer that is a whole program"),
    ("WRONG = (Wrong('a', '', mistake='b'),)", "catalogue/gate.py", "gate.py, a: there is no mistake 'b'"),
])
def test_what_cannot_be_read_is_named(read, text, file, says):
    with pytest.raises(ValueError, match=says):
        read(text, file)
