"""Which files some code is seen to depend on."""

import ast

import pytest

from builder.reach import Reach, digest, used

pytestmark = pytest.mark.quick

FILES = {
    "__init__": "from .a import y\nfrom .far import other\n",
    "a": "from .checking import b\n\n\ndef y():\n    return b.seen() + LIMIT\n\n\nLIMIT = 3\n",
    "checking/__init__": "",
    "checking/b": "from ..c import x as renamed\n\n\ndef seen():\n    return renamed\n",
    "c": "def x():\n    import lib.d as it\n    return it.made\n",
    "d": "from typing import TYPE_CHECKING\n\nmade = 1\nif TYPE_CHECKING:\n    from .far import other\n",
    "far": "other = 1\n",
}
REACHED = {"lib/a.py", "lib/checking/b.py", "lib/c.py", "lib/d.py"}


@pytest.fixture
def library(tmp_path):
    """A package `lib`; call it with names and texts to change modules."""
    def write(**changed):
        for name, text in {**FILES, **changed}.items():
            path = tmp_path / "lib" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Reach({"lib": tmp_path / "lib"})

    return write


def test_what_a_module_reaches_through_imports_of_every_form(library):
    assert set(library().of("lib.a")) == REACHED
    assert set(library().of("lib")) == REACHED | {"lib/__init__.py", "lib/far.py"}
    assert set(library(d="import lib.checking\n").of("lib.d")) == {"lib/d.py", "lib/checking/__init__.py"}
    assert set(library(d="from . import y\n").of("lib.d")) == REACHED  # a package passes it on


def test_what_nothing_depends_on_is_not_followed(library):
    made = library()
    made.apart = ["lib.checking"]
    assert set(made.of("lib.a")) == {"lib/a.py"}


@pytest.mark.parametrize("changed, counts", [
    ({"a": FILES["a"].replace("LIMIT = 3", "LIMIT = 5")}, True),
    ({"a": FILES["a"].replace("def y():\n", 'def y():\n    """What it gives,\n\n    in two paragraphs."""\n')}, False),
    ({"a": FILES["a"].replace("+ LIMIT", "+ LIMIT  # three\n")}, False),
    ({"a": '"""What the module is for."""\n' + FILES["a"]}, False),
    ({"a": FILES["a"].replace("b.seen() + LIMIT", "(\n        b.seen()\n        + LIMIT\n    )")}, False),
    ({"a": FILES["a"].replace("def y", "@staticmethod\ndef y")}, True),
    ({"checking/b": FILES["checking/b"].replace("return renamed", "return '# one'")}, True),
    ({"c": FILES["c"].replace("return it", "return not it")}, True),
    ({"far": "other = 2\n"}, False),
])
def test_what_changes_a_digest(library, changed, counts):
    before = library().of("lib.a")
    assert (library(**changed).of("lib.a") != before) is counts


def test_what_some_statements_of_a_page_use(library):
    code = "from lib import other, y\ntask = 1\ntask = y()\nlonely = 2\nprint(task, 'a text')\n"
    page = used(ast.parse(code).body, [4])
    assert [ast.unparse(each) for each in page] == ["from lib import y", "task = 1", "task = y()",
                                                    "print(task, 'a text')"]
    files, strings = library().of_code(page)
    assert set(files) == REACHED and strings == {"a text"}
    assert digest(page) == digest(used(ast.parse(code.replace("other, ", "").replace("lonely = 2", "")).body, [3]))


def test_an_unknown_module_is_named(library):
    with pytest.raises(KeyError, match="no module lib.nowhere below"):
        library().of("lib.nowhere")
