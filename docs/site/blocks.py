"""Blocks of MyST Markdown that the pages are made of."""

import re

SECTION = re.compile(r"(?m)^([A-Z]\w+:)\n((?: {4}.*(?:\n|$))+)")
POINT = re.compile(r"(?m)^ {4}(?=\S)")
MARKUP = re.compile(r"([\\*_<\[\]$#{}|])")


def html(code: str) -> str:
    """Raw HTML."""
    return f"``````{{raw}} html\n{code}\n``````\n"


def python(code: str) -> str:
    return f"```python\n{code}\n```\n"


def folded(summary: str, words: str) -> str:
    """Markdown that opens with a click."""
    return f"<details><summary>{summary}</summary>\n\n{words}\n\n</details>\n"


def plain(words: str) -> str:
    """A docstring as Markdown: what is between backticks or indented is code, and the rest shows as it is written.

    What is indented below a line such as `Raises:` is a list, one point for each line that is not indented further.
    """
    words = SECTION.sub(lambda found: f"{found[1]}\n\n{POINT.sub('- ', found[2])}\n", words)
    lines = (line if line.startswith("    ") else _escaped(line) for line in words.splitlines())
    return "\n".join(lines)


def _escaped(line: str) -> str:
    return "`".join(part if place % 2 else MARKUP.sub(r"\\\1", part) for place, part in enumerate(line.split("`")))
