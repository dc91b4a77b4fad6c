"""Says what a file is that somebody handed in as a notebook, and that is none. Each text completes "The notebook ...".
"""

from __future__ import annotations

import ast
import json
import re
from typing import Any

HAND_IN = "hand in the .ipynb file itself"
# By how a file begins. Of two that fit, the first one counts.
BEGINS = {
    b"PK": "is a zip archive: unpack it and hand in the .ipynb inside",
    b"\x1f\x8b": "is a gzip archive: unpack it and hand in the .ipynb inside",
    b"7z\xbc\xaf": "is a 7z archive: unpack it and hand in the .ipynb inside",
    b"Rar!": "is a rar archive: unpack it and hand in the .ipynb inside",
    b"BZh": "is a bzip2 archive: unpack it and hand in the .ipynb inside",
    b"\xfd7zXZ": "is an xz archive: unpack it and hand in the .ipynb inside",
    b"%PDF": f"is a PDF: {HAND_IN}",
    b"%!PS": f"is a PostScript file: {HAND_IN}",
    b"{\\rtf": f"is a text document (RTF): {HAND_IN}",
    b"\xd0\xcf\x11\xe0": f"is an Office document: {HAND_IN}",
    b"\x89PNG": f"is a picture: {HAND_IN}",
    b"\xff\xd8\xff": f"is a picture: {HAND_IN}",
    b"GIF8": f"is a picture: {HAND_IN}",
    b"RIFF": f"is a picture, a sound or a film: {HAND_IN}",
    b"SQLite format 3": f"is a database: {HAND_IN}",
    b"\x00\x05\x16\x07": f"holds only what macOS notes about the notebook: {HAND_IN}, without `._` before its name",
    b"L\x00\x00\x00\x01\x14\x02\x00": f"is a Windows shortcut, which only says where the notebook is: {HAND_IN}",
    b"[InternetShortcut]": f"is a link to a web page: {HAND_IN}",
    b"book\x00\x00\x00\x00mark": f"is a macOS alias, which only says where the notebook is: {HAND_IN}",
    b"bplist00": f"is a file that macOS or iCloud puts in the place of another: {HAND_IN}",
}
OFFICE = (b"word/", b"xl/", b"ppt/", b"mimetypeapplication/vnd.oasis")
LFS = re.compile(r"version https://git-lfs\.github\.com/|version https://hawser\.github\.com/")
ANNEX = re.compile(r"(?:\.\./)*(?:\.git)?/annex/objects/\S+\s*\Z")
SIGN_IN = re.compile(r"""sign[ -]?in|log[ -]?in|single sign|saml|type=["']?password""", re.IGNORECASE)
EXPORTED = re.compile(r"jp-Notebook|nbconvert|jp-Cell|div\.cell")
CODE = re.compile(r"^(?:import|from|def|class) \w", re.MULTILINE)
BLANK = b"\xef\xbb\xbf\xff\xfe \t\r\n"  # with byte order marks
LOOKED_AT = 200_000  # characters of a text
LONGEST_PROGRAM = 50_000


def binary(data: bytes) -> str:
    """Says what a file is by its first bytes; empty if they say nothing."""
    if not data.strip(BLANK):
        return "is an empty file"
    if not data.strip(b"\x00"):
        return "holds nothing but zeros: it was not saved or not copied to its end"
    if data.startswith(b"PK") and any(name in data[:4000] for name in OFFICE):
        return f"is an Office document: {HAND_IN}"
    if data[257:262] == b"ustar":
        return "is a tar archive: unpack it and hand in the .ipynb inside"
    return next((said for begin, said in BEGINS.items() if data.startswith(begin)), "")


def textual(text: str) -> str:
    """Says what a text is that holds no JSON; empty if that is unknown."""
    text = text[:LOOKED_AT].lstrip("\ufeff \t\r\n")
    begin = text[:200].lower()
    if LFS.match(text):
        return ("is a Git LFS pointer, which only says where the notebook is kept: run `git lfs pull`, and "
                f"{HAND_IN}")
    if ANNEX.match(text):
        return f"is a git-annex pointer, which only says where the notebook is kept: run `git annex get`, and {HAND_IN}"
    if re.match(r"<!doctype html|<html|<head|<!--|<script", begin) or begin.startswith("<?xml") and "<html" in begin:
        if EXPORTED.search(text):
            return f"is a notebook that was exported as a web page (HTML): {HAND_IN}"
        what = "a web page for signing in" if SIGN_IN.search(text) else "a web page (HTML)"
        return f"is {what}, which was saved in place of the notebook: download it again, and {HAND_IN}"
    if begin.startswith("<?xml"):
        return f"is an XML file: {HAND_IN}"
    if CODE.search(text) and _is_program(text):
        return f"is a Python program: {HAND_IN}"
    return ""


def _is_program(text: str) -> bool:
    try:
        ast.parse(text[:LONGEST_PROGRAM])
        return True
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def other_json(content: Any) -> str:
    """Says what JSON is that has no cells."""
    if isinstance(content, dict):
        keys = set(content)
        text = json.dumps(content)[:2000] if len(keys) < 20 else ""
        if "doc_id" in keys or "docs.google.com" in text or "drive.google.com" in text:
            return f"is a link to a file in Google Drive: download the notebook, and {HAND_IN}"
        if keys & {"message", "error", "errors"} and len(keys) < 8:
            return f"is the error message of a server, which was saved in place of the notebook: {HAND_IN}"
    return "is JSON, but not a notebook: it has no cells"
