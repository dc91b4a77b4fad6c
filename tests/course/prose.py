"""Sentences of the course and the words that it does without, wherever people read: pages, documents, docstrings,
reports.

Patterns hold what a native reader stumbled at most often.
What they can't hold (a pronoun without a noun, a riddle) takes a reader.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MOST_WORDS = 40
INSTEAD = {  # a pattern, in any case -> what to write instead
    r"\bsimply\b": "nothing: if it were simple, nobody would have to read it",
    r"\bjust\b": "only, or nothing",
    r"\bin the place of\b": "instead of",
    r"\bis asked\b": "is tested on",
    r"\bis told\b": "reports",
    r"\bof another colou?r\b": "of a different colour",
    r"\b(a|one) (number|weight|gate|score) an? (channel|position|element|pixel|image)\b": "one number per channel",
    r"\bhow many \w+ (has|have)\b": "how many parameters does it have",
    r"\bhas no part in\b": "does not matter",
    r"\bleaves of an?\b": "the size of its output",
    r"\bwhich it becomes depends\b": "whether it becomes one depends",
    r"\bonly 0 is\b": "zero is",
    r"\baxes exchanged\b": "transposed, or swapped",
    r"\b(near|to|at|is|are|still|above) a guess\b": "at chance",
    r"\b(has|have) \d[\d., and]* ?%": "scores, or gets",
    r"\bwhat `?\w+`? (gives|gave)\b": "the output of",
    r"\b(pixels|tokens|channels|neighbours) (meet|met)\b": "exchange information, or are mixed",
    r"\b(are|is) no \w+s\b": "are not",
    r"\bbehind `": "after",
    r"\brightly\b": "correctly",
    r"\band which not\b": "and which are not",
    r"\bhow many times as \w+ as\b": "how many times longer (more, larger) than",
    r"^It needs the imports": "Before you run the next cell, run ...",
    r"[:;,] who \w+s\b": "anyone who",
    r"^(What|Who) [^?]*\.$": "name the thing: a statement does not begin with a question's word",
}


class Finding(NamedTuple):
    """where: file, and cell or name. sentence: as it stands. why: what to do."""

    where: str
    sentence: str
    why: str


def plain(text: str) -> str:
    """A Markdown text as it is read: without code blocks, tables, headings, pictures, addresses, formulas and tags."""
    text = re.split(r"\*\*References\*\*|(?m:^#+ References)", text)[0]
    text = re.sub(r"(?m)^\s*- ([A-Z]\. ?)+.*$", "\n", text)  # a reference: initials first
    text = re.sub(r"```.*?```|~~~.*?~~~|<!--.*?-->|<summary>.*?</summary>|\$\$.*?\$\$", "\n\n", text, flags=re.DOTALL)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)|<[^>]+>", " ", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"(?m)^\s*>\s?", "\n\n", text)
    text = re.sub(r"(?m)^\s*(\||#).*$", "\n", text)
    text = re.sub(r"(?m)^\s*\*\*[^*\n]{1,40}\*\*", "\n\n", text)  # a title that runs into its paragraph
    text = re.sub(r"\*\*|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)", "", text)
    return re.sub(r"\$[^$]*\$", "X", text)


def sentences(text: str) -> list[str]:
    """The sentences of a plain text: what ends in . ? or !, or is one item of a list."""
    found = []
    for block in re.sub(r"(?m)^[ \t]*(?:[-*]|\d+\.) ", "\n\n", text).split("\n\n"):
        line = " ".join(block.split())
        found += re.split(r"(?<=[\w%)`\"'*}][.?!])[\"')]*\s+(?=[A-Za-z`*\"'(])", line)
    return [sentence.strip() for sentence in found if len(sentence.split()) >= 3]


def spoken(sentence: str) -> str:
    """A sentence without its label (`forward`: ..., Worked example: ...), in which code, quotations and shapes are
    one word each."""
    sentence = re.sub(r"^(- )?(`[^`]+`(, `[^`]+`)*|Worked example|\*[^*]+\*)[^:;.]{0,40}: ", "", sentence)
    return re.sub(r"`[^`]*`|\"[^\"]*\"|\([\d,. '/A-Za-z]{1,20}\)", "CODE", sentence)


def findings(where: str, text: str) -> list[Finding]:
    """Whatever the patterns find, what has two stops in a sentence, and what is too long."""
    found = []
    for sentence in sentences(plain(text)):
        words = spoken(sentence)
        found += [Finding(where, sentence, better) for pattern, better in INSTEAD.items()
                  if re.search(pattern, words, re.IGNORECASE)]
        contract = words.count("CODE") > 1  # a list of names, shapes and calls, in which stops read well
        if len(re.findall(r"[:;](?=\s)", words)) > 1 and not contract:
            found.append(Finding(where, sentence, "one colon or semicolon in a sentence: make it two"))
        if (count := len([word for word in words.split() if re.search("[A-Za-z]{2}|^[aAI]$", word)])) > MOST_WORDS:
            found.append(Finding(where, sentence, f"{count} words: at most {MOST_WORDS}"))
    return found
