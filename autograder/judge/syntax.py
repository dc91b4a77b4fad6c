"""Says whether code that this Python can't read is written for a newer Python.

No Python knows the syntax of later ones. So each kind of new syntax is rewritten as older syntax that means about the
same. Only if the code can be read after that was it the new syntax that could not be read.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator

from autograder.submission.gaps import MAGIC, UNPARSED

THIS = sys.version_info[:2]
PYTHON = f"Python {THIS[0]}.{THIS[1]}"
LONGEST = 20_000  # characters of a cell: nobody writes more by hand
STRING = re.compile(r"""#[^\n]*|(?P<prefix>(?<!\w)[a-zA-Z]{1,2}|)(?P<quote>\"{3}|'{3}|"|')""")
ALIAS = re.compile(r"^([ \t]*)type[ \t]+(\w+)[ \t]*(?:\[[^\n]*?\])?[ \t]*=(?!=)", re.MULTILINE)
PARAMETERS = re.compile(r"\b((?:def|class)[ \t]+\w+)[ \t]*\[([^\[\]]*+(?:\[[^\[\]]*+\][^\[\]]*+)*+)\](?=[ \t]*[(:])")
EXCEPT = re.compile(r"^([ \t]*except\*?[ \t]+)((?:\w+\.)*[A-Z]\w*(?:[ \t]*,[ \t]*(?:\w+\.)*[A-Z]\w*)+)[ \t]*:",
                    re.MULTILINE)
LAZY = re.compile(r"^([ \t]*)lazy[ \t]+(?=import\b|from\b)", re.MULTILINE)
UNPACKED = re.compile(r"([\[{(]\s*)\*{1,2}(?=[^\[\](){}\n]+\bfor\b)")


class _NotRead(ValueError):
    pass


def why(source: str) -> str:
    """Says why this Python can't read code. It completes "..., and", and names the version that can read it."""
    version = needs(source)
    return (f"this machine grades with {PYTHON}, and this syntax needs Python {version} or newer" if version else
            f"this machine grades with {PYTHON}, in which it is not valid")


def needs(source: str) -> str:
    """Returns the version of Python that code needs, such as "3.12"; empty if this Python can read it, or if it is not
    valid in any version that we know."""
    text = MAGIC.sub("", source)
    if len(text) > LONGEST or _is_valid(text):
        return ""
    for version, rewritings in NEW.items():
        for rewrite in rewritings:
            try:
                text = rewrite(text)
            except (_NotRead, RecursionError):
                pass
        if version > THIS and _is_valid(text):
            return f"{version[0]}.{version[1]}"
    return ""


def _is_valid(text: str) -> bool:
    try:
        ast.parse(text)
        return True
    except UNPARSED:
        return False


def _without_parameters(text: str) -> str:
    """PEP 695: `def f[T](x): ...` and `class A[T]: ...`."""
    return PARAMETERS.sub(lambda found: found[0] if "=" in found[2] or not found[2].strip() else found[1], text)


def _without_defaults(text: str) -> str:
    """PEP 696: `class A[T = int]: ...`."""
    return PARAMETERS.sub(lambda found: found[1] if found[2].strip() else found[0], text)


def _with_plain_fields(kind: str) -> Callable[[str], str]:
    """PEP 701 and 750: what stands in the fields of strings with the prefix `kind` becomes a name. Raises _NotRead if
    it can't be read itself."""
    def rewrite(text: str) -> str:
        return "".join(_pieces(text, kind))
    return rewrite


def _pieces(text: str, kind: str) -> Iterator[str]:
    at = 0
    while found := STRING.search(text, at):
        yield text[at:found.start()]
        if found["quote"] is None:
            yield found[0]
            at = found.end()
            continue
        end, string = _string(text, found, kind)
        yield string
        at = end
    yield text[at:]


def _string(text: str, found: re.Match[str], kind: str) -> tuple[int, str]:
    """Returns where a string ends, and the string with names in its fields."""
    prefix, quote, at = found["prefix"], found["quote"], found.end()
    fields = kind in prefix.lower()
    parts = [prefix.lower().replace("t", "f") if fields else prefix, quote]
    while not text.startswith(quote, at):
        if at >= len(text) or text[at] == "\n" and len(quote) == 1:
            raise _NotRead
        if fields and text.startswith(("{{", "}}"), at) or text[at] == "\\":
            parts.append(text[at:at + 2])
            at += 2
        elif fields and text[at] == "{":
            at = _field(text, at + 1, kind)
            parts.append("{_}")
        else:
            parts.append(text[at])
            at += 1
    return at + len(quote), "".join([*parts, quote])


def _field(text: str, at: int, kind: str) -> int:
    """Returns where a field of a string ends. Raises _NotRead if its expression is not valid."""
    depth, parts = 0, []
    while at < len(text):
        sign = text[at]
        if found := STRING.match(text, at):
            if found["quote"]:
                at, string = _string(text, found, kind)
                parts.append(string)
            else:
                at = found.end()
            continue
        if not depth and (sign in "}:" or sign == "!" and text[at + 1:at + 2] != "="):
            break
        depth += (sign in "([{") - (sign in ")]}")
        parts.append(sign)
        at += 1
    expression = re.sub(r"(?<![=!<>])=\s*\Z", "", "".join(parts))  # f"{x=}"
    if not _is_valid(f"({expression}\n)") or not expression.strip():
        raise _NotRead
    if at < len(text) and text[at] == "!":
        at += 2
    if text.startswith(":", at):
        at += 1
        while at < len(text) and text[at] != "}":
            at = _field(text, at + 1, kind) if text[at] == "{" else at + 1
    if not text.startswith("}", at):
        raise _NotRead
    return at + 1


def _substituted(pattern: re.Pattern[str], by: str) -> Callable[[str], str]:
    return lambda text: pattern.sub(by, text)


# By the version that brought them.
NEW: dict[tuple[int, int], list[Callable[[str], str]]] = {
    (3, 12): [_with_plain_fields("f"), _without_parameters, _substituted(ALIAS, r"\1\2 =")],
    (3, 13): [_without_defaults],
    (3, 14): [_with_plain_fields("t"), _substituted(EXCEPT, r"\1(\2):")],
    (3, 15): [_substituted(LAZY, r"\1"), _substituted(UNPACKED, r"\1")],
}
