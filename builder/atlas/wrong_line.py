"""What is wrong in a known mistake's program, without the rest, which is the answer to an exercise."""

from __future__ import annotations

import inspect
import re
from difflib import SequenceMatcher
from html import escape
from os.path import commonprefix
from types import ModuleType

from autograder.lessons.catalogue import Mistake, definition

TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
AROUND = 3  # tokens that are shown on both sides of what is wrong
LONGEST = 300  # letters that are shown
GIVEN = re.compile(r"def |super\(\)\.__init__\(\)|raise |if .*:$|return \w+$|.{,19}$")  # gives no answer away


def lines(mistake: Mistake, reference: ModuleType) -> str:
    """The wrong pieces as HTML, in which what is wrong is marked.

    "" if that is too long or shows a line of the reference, or if the mistake is made in another program.
    """
    if mistake.of or isinstance(mistake.code, str):
        return ""
    right, wrong = (TOKEN.findall(text) for text in (definition(reference, mistake.exercise), mistake.source))
    start = len(commonprefix([right, wrong]))
    same = len(commonprefix([right[start:][::-1], wrong[start:][::-1]]))
    right, middle = right[start:len(right) - same], wrong[start:len(wrong) - same]
    before, after = "".join(wrong[start - AROUND:start]), "".join(wrong[start + len(middle):][:AROUND])
    shown = f"… {escape(before.rpartition(chr(10))[2])}"
    for what, _, _, i, j in SequenceMatcher(None, right, middle, autojunk=False).get_opcodes():
        if what != "equal":
            shown += f"<mark>{escape(''.join(middle[i:j]).strip(' ')) or '[left out]'}</mark>"
        else:
            cut = ["".join(middle[i:i + AROUND]), " … ", "".join(middle[j - AROUND:j])]
            shown += escape("".join(cut if j - i > 2 * AROUND else middle[i:j]))
    shown = re.sub(r"\s*\n\s*", "\n", re.sub(" {2,}", " ", f"{shown}{escape(after.partition(chr(10))[0])} …"))
    text = re.sub("<[^>]+>", "", shown) + escape(mistake.sentence)
    secret = {line for line in map(str.strip, inspect.getsource(reference).splitlines()) if not GIVEN.match(line)}
    return "" if len(text) > LONGEST + len(mistake.sentence) or any(escape(line) in text for line in secret) else shown
