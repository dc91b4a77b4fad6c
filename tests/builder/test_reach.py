"""What code is seen to depend on."""

import pytest

from builder.reach import Place, Reach

pytestmark = pytest.mark.quick

FILES = {
    "__init__": "from .a import y",
    "a": "from .checking import b\nfrom .c import unused\n\n\ndef y():\n    return b.seen() + LIMIT\n\n\nLIMIT = "
         "3\nOTHER = 4\n",
    "checking/__init__": "",
    "checking/b": "from ..c import x as renamed\n\n\ndef seen():\n    return renamed\n\n\ndef unseen():\n    "
                  "return 1\n",
    "c": "def x():\n    import lib.d as it\n    return it.made\n\n\ndef unused():\n    return 2\n",
    "d": "from . import e\n\nmade = e\nif made:\n    from .e import deep\n",
    "e": "deep = 1\n",
}


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


def test_what_a_name_reaches_through_imports_of_every_form(library):
    assert set(library().of("lib", ["y"])) == {"lib.a.y", "lib.a.LIMIT", "lib.checking.b.seen", "lib.c.x"}
    assert set(library(c="import lib.d\n\nx = lib.d\n").of("lib.a", ["y"])) >= {"lib.c.x"}
    assert set(library().of("lib.d", ["made"])) == {"lib.d.made", "lib.e.deep"}


@pytest.mark.parametrize("changed, counts", [
    ({"a": FILES["a"].replace("LIMIT = 3", "LIMIT = 5")}, True),
    ({"a": FILES["a"].replace("OTHER = 4", "OTHER = 5")}, False),
    ({"a": FILES["a"].replace("def y():\n", 'def y():\n    """What it gives,\n\n    in two paragraphs."""\n')}, False),
    ({"a": FILES["a"].replace("+ LIMIT", "+ LIMIT  # three\n")}, False),
    ({"a": "# A remark.\n\n" + FILES["a"]}, False),
    ({"a": '"""What the module is for."""\n' + FILES["a"]}, False),
    ({"a": FILES["a"].replace("b.seen() + LIMIT", "(\n        b.seen()\n        + LIMIT\n    )")}, False),
    ({"checking/b": FILES["checking/b"].replace("return 1", "return 2")}, False),
    ({"checking/b": FILES["checking/b"].replace("return renamed", "return -renamed")}, True),
    ({"c": FILES["c"].replace("return it", "return not it")}, True),
])
def test_what_changes_a_digest(library, changed, counts):
    before = library().of("lib.a", ["y"])
    assert (library(**changed).of("lib.a", ["y"]) != before) is counts


def test_the_docstring_of_a_module_is_not_one_of_its_definitions(library):
    plain = library().of("lib.a")
    assert library(a='"""What the module is for."""\n' + FILES["a"]).of("lib.a") == plain and "lib.a.OTHER" in plain


def test_a_decorator_and_a_comment_sign_in_a_text_count(library):
    plain = library(a="def y():\n    return '# one'\n").of("lib.a", ["y"])
    assert plain != library(a="def y():\n    return '# two'\n").of("lib.a", ["y"])
    assert plain != library(a="@staticmethod\ndef y():\n    return '# one'\n").of("lib.a", ["y"])


def test_a_module_that_is_no_file_and_a_name_that_is_bound_twice(library):
    found = library()
    found.add("page", "from lib.a import y\ntask = 1\ntask = y()\nother = 2\nprint(task)\n")
    reached = found.digests(found.places([Place("page", 4)]))
    assert set(reached) == {"page: print(task)", "page.task", "lib.a.y", "lib.a.LIMIT", "lib.checking.b.seen",
                            "lib.c.x"}
    assert len(reached["page.task"]) == 2 * len(reached["lib.a.y"])


def test_an_unknown_module_is_named(library):
    with pytest.raises(KeyError, match="no module lib.nowhere below"):
        library().of("lib.nowhere")
