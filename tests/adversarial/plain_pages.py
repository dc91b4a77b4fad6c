"""`python -m tests.adversarial.plain_pages FOLDER`: every notebook of FOLDER as a page, by nbconvert as it comes, up
to SECONDS each."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import nbformat
from nbconvert.exporters import HTMLExporter

SECONDS = 6


def main(folder: Path) -> None:
    exporter = HTMLExporter()
    for path in sorted(folder.glob("*.ipynb")):
        signal.alarm(SECONDS)  # Python's own answer is KeyboardInterrupt, once it has a handler
        try:
            page, _ = exporter.from_notebook_node(nbformat.read(path, as_version=4))
        except (Exception, KeyboardInterrupt) as error:
            page = f"no page: {type(error).__name__}"
        signal.alarm(0)
        path.with_suffix(".html").write_text(page, encoding="utf-8", errors="replace")


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    main(Path(sys.argv[1]))
