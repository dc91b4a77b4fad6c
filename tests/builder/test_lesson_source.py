"""A lesson's source: markers that become nbgrader's metadata, and prose that a diff shows sentence by sentence."""

import ast
import re
import symtable

import jupytext
import pytest

from builder import build, cells, lab_book, notebooks

pytestmark = pytest.mark.quick

LESSONS = pytest.mark.parametrize("lesson", build.lessons(), ids=lambda lesson: lesson.name)
SOURCE = """\
# %% [markdown]
# Some prose.

# %% exercise
def squeeze(x):
    return x

# %% points=2
check(squeeze)

# %% exercise
class SEBlock:
    pass

# %% points=1.5
check(SEBlock)

# %% tags=["experiment"]
print(1)
"""


def expanded(source):
    notebook = jupytext.reads(source, fmt="py:percent")
    cells.expand(notebook)
    return notebook


def test_markers_become_nbgraders_metadata():
    metadata = [{key: value for key, value in cell.metadata.items() if key != "lines_to_next_cell"}
                for cell in expanded(SOURCE).cells]
    rest = {"schema_version": 3, "task": False}
    assert metadata == [
        {},
        {"nbgrader": {"grade_id": "squeeze", "grade": False, "locked": False, "solution": True} | rest},
        {"nbgrader": {"grade_id": "squeeze-check", "grade": True, "locked": True, "solution": False, "points": 2}
         | rest},
        {"nbgrader": {"grade_id": "seblock", "grade": False, "locked": False, "solution": True} | rest},
        {"nbgrader": {"grade_id": "seblock-check", "grade": True, "locked": True, "solution": False, "points": 1.5}
         | rest},
        {"tags": ["experiment", "nbval-ignore-output"]},
    ]


@pytest.mark.parametrize("right, wrong, message", [
    ("# %% exercise\ndef", "# %% excercise\ndef", "'excercise' is not a marker"),
    ("# %% points=2", "# %% points 2", "'points 2' is not a marker"),
    ("# %% points=2", "# %% points=two", "unknown metadata.*points=two"),
    ("# %% points=2", "# %% points=-1", r"check\(squeeze\): -1 points"),
    ("# %% points=2", "# %% points=true", r"check\(squeeze\): True points"),
    ("# %% points=2", '# %% points="2"', r"check\(squeeze\): '2' points"),
    ("# %% points=2", "# %% exercise points=2", "an exercise and its check"),
    ("# %% [markdown]", "# %% [markdown] exercise", "mark two code cells"),
    ("check(squeeze)", "check(squeeze, 3)", r"'check\(squeeze, 3\)': .* one line, check\(Name\)"),
    ("check(squeeze)", "check(excite)", r"\['squeeze', 'SEBlock'\].*\['excite', 'SEBlock'\]"),
    ("# %% points=2", "# %%", r"\['squeeze', 'SEBlock'\].*\['SEBlock'\]"),
    ("    return x", "    return x\n\ndef excite(x):\n    return x",
     r"'def squeeze\(x\):': .* \['squeeze', 'excite'\]"),
    ("def squeeze(x):\n    return x", "squeeze = 1", "'squeeze = 1': .* none"),
    ("SEBlock", "Squeeze", "the same grade id"),
    ('["experiment"]', '["experimnt"]', r"unknown tags \['experimnt'\]"),
    ('tags=["experiment"]', 'nbgrader={"grade": true}', "unknown metadata.*nbgrader"),
])
def test_a_malformed_marker_is_refused_by_name(right, wrong, message):
    assert right in SOURCE
    with pytest.raises(ValueError, match=message):
        expanded(SOURCE.replace(right, wrong))


def names(code):
    """The names that a cell reads and does not make itself, and those that it makes."""
    top = symtable.symtable(code, "cell", "exec")
    scopes, read = [top], set()
    for scope in scopes:
        scopes += scope.get_children()
        read |= {s.get_name() for s in scope.get_symbols() if s.is_referenced() and (scope is top or s.is_global())}
    made = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    return read - made, made


def compared_but_trained(notebook):
    """Cells that nbval compares although they train, or read what an experiment left behind;
    with the names that say so."""
    found, of_experiments = {}, {"train", "compare_arms"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            read, made = names(cell.source)
            experiment = "experiment" in cell.metadata.get("tags", [])
            if not experiment and read & of_experiments:
                found[cell.source] = sorted(read & of_experiments)
            again = made - {"train", "compare_arms"}
            of_experiments = of_experiments | made if experiment else of_experiments - again
    return found


@LESSONS
def test_no_cell_is_compared_that_depends_on_training(lesson):
    assert (
        compared_but_trained(notebooks.read_source(lesson)) == {}
    ), "numbers of a training differ from processor to processor"


def training_that_the_challenge_needs(notebook, book=""):
    """Cells that train as soon as they are run, among those whose names the challenge uses, directly or through other
    cells. book: the page's lab book, whose challenge is pasted below the page."""
    *before, challenge = _up_to_the_challenge(notebook, book)
    needed, found = names(challenge)[0], []
    for code in reversed(before):
        read, made = names(code)
        if made & needed:
            needed = (needed - made) | read
            found += [code] if re.search(r"^(\w+ = )?compare_arms\(", code, re.MULTILINE) else []
    return found


def _up_to_the_challenge(notebook, book):
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    sources += re.findall(r"(?s)```python\n(.*?)```", book)
    return sources[:1 + next(i for i, source in enumerate(sources) if "\nchallenge(" in source)]


@LESSONS
def test_a_challenge_can_be_tried_without_training_every_arm_again(lesson):
    folder = build.topic(lesson.topic).folder
    book = (folder / lab_book.FILE).read_text(encoding="utf-8") if (folder / lab_book.FILE).exists() else ""
    assert training_that_the_challenge_needs(notebooks.read_source(lesson), book) == []


def test_training_in_front_of_a_challenge_is_found():
    training = "results = compare_arms(arms)"
    pages = {
        f"# %%\narms = {{}}\n\n# %%\n{training}\n\n# %%\nmine = compare_arms(arms)\nchallenge(mine)": [],
        f"# %%\narms = {{}}\n{training}\n\n# %%\nmine = compare_arms(arms)\nchallenge(mine)":
            [f"arms = {{}}\n{training}"],
    }
    assert [training_that_the_challenge_needs(expanded(page)) for page in pages] == list(pages.values())


@pytest.mark.parametrize("code, names", [
    ("print(scores)", ["scores"]),
    ("def best():\n    return max(scores)", ["scores"]),
    ("print(max(s for s in scores))", ["scores"]),
    ("model = train(network)", ["train"]),
    ("scores = [1]\nprint(scores)", None),
    ("def best(scores):\n    return max(scores)", None),
])
def test_a_cell_that_depends_on_training_is_found(code, names):
    experiment = "# %% tags=[\"experiment\"]\nscores = compare_arms(arms)\n\n"
    imports = "# %%\nfrom attention_lab.networks.training import compare_arms, train\n\n"
    found = compared_but_trained(expanded(f"{imports}{experiment}# %%\n{code}\n"))
    assert found == ({code: names} if names else {})


def prose(source):
    """Lines of Markdown cells as (number, line), without fences, tables, drawings, display formulas and HTML."""
    markdown = fenced = displayed = False
    for number, line in enumerate(source.split("\n"), 1):
        text = line.removeprefix("#").strip()
        if line.startswith("# %%"):
            markdown = line.startswith("# %% [markdown]")
        elif markdown and line.startswith("#"):
            fenced ^= text.startswith("```")
            displayed ^= text.count("$$") == 1
            if not fenced and not displayed and not text.startswith(("```", "|", "![", "$$", "<")):
                yield number, line


def bad_prose(source):
    """Lines that are too long (the address of a link and a formula do not count), or hold two sentences."""
    found = {}
    for number, line in prose(source):
        short = re.sub(r"\]\([^)]*\)", "]()", re.sub(r"\$[^$]*\$", "$$", line))
        words = re.sub(r"``?[^`]*``?", "Code", short)
        words = re.sub(r"^#\s*((#+ )?\d+\. |- |> )?", "", words)
        words = re.sub(r"^\*+[^*]+[.:?!]\*+ ", "", words)  # a heading that runs in: **Try it.** Then the sentence
        words = re.sub(r"^([A-Z]\. .*?):", ":", words)  # authors and their initials
        if len(short) > 260:
            found[number] = f"{len(short)} characters"
        elif re.search(r"[.?!][*\")\]]* [*\"(\[]*[A-Z$]|[.?!] \*", words):
            found[number] = "two sentences"
    return found


@LESSONS
def test_one_sentence_of_prose_a_line(lesson):
    assert bad_prose((build.topic(lesson.topic).folder / "page.py").read_text(encoding="utf-8")) == {}


@pytest.mark.parametrize("line, problem", [
    ("# One sentence. Another one.", "two sentences"),
    ("# - A map of C channels. (So it was.)", "two sentences"),
    ("#   Is it *so?* Yes.", "two sentences"),
    ("# One sentence. `gate` begins another.", "two sentences"),
    ("# One sentence. $C$ begins another.", "two sentences"),
    ("# One sentence. *ball* begins another.", "two sentences"),
    ("# " + "word " * 52, "261 characters"),
    ("# ## 4. A heading", None),
    ("# " + "word " * 50 + "[here](https://example.org/a/long/address)", None),
    ("# | A table. | It stays as it is. |", None),
    ("# <details><summary>A fold. It stays.</summary>", None),
    ("# **Try it.** Then read on, e.g. in lesson 3.5, or in `a. B` or $a. B$.", None),
    ("# - J. Park, S. Woo: *A title*, 2018.", None),
    ("# ```\n# x = 1. A comment\n# ```", None),
    ("# $$\n# a. B\n# $$", None),
])
def test_two_sentences_on_a_line_and_a_long_line_are_found(line, problem):
    source = f"# %% [markdown]\n{line.rstrip()}\n# A sentence.\n\n# %%\n# Code. Not prose.\n"
    assert list(bad_prose(source).values()) == ([problem] if problem else [])


def test_the_capstones_networks_call_no_function_that_a_learner_may_overwrite():
    """Learners write helpers of their own, and call them as everybody does: `conv`."""
    page = notebooks.read_source(next(lesson for lesson in build.lessons() if lesson.name == "10_capstone"))
    given = [ast.parse(cells.code([cell])) for cell in page.cells
             if not cell.metadata.get("nbgrader", {}).get("solution")]
    statements = [statement for tree in given for statement in tree.body]
    functions = {each.name for each in statements if isinstance(each, ast.FunctionDef)}
    networks = [each for each in statements if isinstance(each, ast.ClassDef)]
    called = {name.id for network in networks for name in ast.walk(network) if isinstance(name, ast.Name)}
    assert networks and not functions & called
