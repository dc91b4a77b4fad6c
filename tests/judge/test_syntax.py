"""Code that this Python can't read: written for a newer one, or wrong in every one."""

import ast

import pytest

from autograder.judge.syntax import THIS, needs

NESTED = 'def squeeze(x):\n    d = {"c": 1}\n    return f"{d["c"]} is {x!r:>{d["c"]}} and {", ".join("ab")}"'


@pytest.mark.parametrize("version, source", [
    ("3.12", NESTED), ("3.12", 'f"{chr(10).join(a) + "\\n"}"'), ("3.12", 'f"{f"{f"{1}"}"}" "more"'),
    ("3.12", "f'{(lambda x: x)(1)=} {x  # why\n}'"), ("3.12", "print('a', f'''{d['''k''']}''')"),
    ("3.12", "type Image = torch.Tensor\ndef squeeze[T: torch.Tensor](x: T) -> T:\n    return x.mean((2, 3))"),
    ("3.12", "class A[T, *Ts, **P](nn.Module):\n    pass"), ("3.12", "type Pair[T] = tuple[T, T]"),
    ("3.12", "%matplotlib inline\ntype X = int"), ("3.13", "class A[T = int]:\n    pass"),
    ("3.13", 'type X = int\nclass A[T: (int, str) = int]:\n    x: X = f"{a["b"]}"'),
    ("3.14", "try:\n    pass\nexcept ValueError, torch.cuda.OutOfMemoryError:\n    pass"), ("3.14", 't"{name} is"'),
    ("3.14", 'rT"{d["c"]}"'), ("3.15", "lazy import numpy"), ("3.15", "[*row for row in rows]"),
    ("3.12", """x = "a""b" 'c' f"{d["e"]}" """),
])
def test_the_version_that_code_needs_is_named(version, source):
    if tuple(map(int, version.split("."))) <= THIS:
        ast.parse(source.removeprefix("%matplotlib inline\n"))
        version = ""
    assert needs(source) == version


@pytest.mark.parametrize("source", [
    "x = 1", "def squeeze(x:\n    return x", 'f"{x +}"', 'f"{d["c"}"', "f'{'", "print 'a'", "except ValueError, e:",
    "try:\n    pass\nexcept ValueError, e:\n    pass", "type = = 1", "type X = ", "def f[](x): pass",
    "class A[T(: pass", 'print(f"{x}" y)', 'x = f"{d["c"]}" +', 'type X = "\\x"', "t'{'", "lazy x", "return 3",
    "%matplotlib inline", "x = (1", 'f"{' * 5000, "[" * 5000, "def f[" * 3_000, "def f[]" * 2_800,
    "f'" + "{a!r:" * 3000, "'" * 19_999,
], ids=lambda source: source[:30])
def test_what_is_wrong_in_every_version_is_never_called_new(source):
    assert needs(source) == ""
