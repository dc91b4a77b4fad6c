"""Takes pictures out of the pages that hold them, so that a page is read before its pictures have come, and a picture
that stands on several pages comes once."""

from __future__ import annotations

import base64
import io
import re
from hashlib import sha256
from pathlib import Path

from PIL import Image

FOLDER = "outputs"
# Drawings that a script unpacks are SVG, and stay where they are.
HELD = re.compile(r'(<img\b[^>]*? src=")data:image/(png|jpeg|webp);base64,([^"]+)"')


def outside(built: Path) -> None:
    """Writes what the pages below `built` hold into a folder of its own, and its addresses into the pages."""
    (built / FOLDER).mkdir()
    for page in sorted(built.rglob("*.html")):
        up = "../" * (len(page.relative_to(built).parts) - 1)
        text = page.read_text(encoding="utf-8")
        shorter = HELD.sub(lambda held: f'{held[1]}{up}{FOLDER}/{_kept(built / FOLDER, *held.groups()[1:])}"',  # noqa: B023
                           text)
        if shorter != text:
            page.write_text(shorter, encoding="utf-8")


def _kept(folder: Path, kind: str, data: str) -> str:
    """The name of the file that holds a picture. A PNG becomes a WebP: a plot without loss, a photograph without what
    anybody sees, because it would be at least twice as large."""
    path = folder / f"{sha256(data.encode()).hexdigest()[:12]}.{'webp' if kind == 'png' else kind}"
    if not path.exists():
        content = base64.b64decode(data)
        if kind == "png":
            exact, close = io.BytesIO(), io.BytesIO()
            Image.open(io.BytesIO(content)).save(exact, "WEBP", lossless=True)
            Image.open(io.BytesIO(content)).save(close, "WEBP", quality=90)
            content = (close if 2 * close.tell() < exact.tell() else exact).getvalue()
        path.write_bytes(content)
    return path.name
