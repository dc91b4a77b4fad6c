"""The pages of the site, where each comes from, and what makes HTML of them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.lessons.course import COURSE, ROOT, Lesson, lessons
from builder import download, single
from docs.site import api, front, instrument, lesson, mistakes, museum, pictures

HERE = Path(__file__).parent
BUILT = ROOT / "work/site"
COPIED = {  # page: its source
    "learners": ROOT / "docs/learners.md",
    "instructors": ROOT / "docs/instructors.md",
    **{f"instructors/{path.stem}": path for path in sorted((ROOT / "docs/instructors").glob("*.md"))},
    "copied-code": ROOT / "docs/copied-code.md",
    "own-lesson": ROOT / "docs/own-lesson.md",
    "security": ROOT / "docs/security.md",
    "versions": ROOT / "docs/versions.md",
    "protocol": ROOT / "docs/protocol.md",
    "contributing": ROOT / "CONTRIBUTING.md",
    "photographs": COURSE / "attention_lab/photos/CARD.md",
}
ROOMS = ("notebook", "pictures", "networks", "significance", "tasks")  # of the library: what notebooks import


def build(into: Path, chosen: Sequence[Lesson], *, strict: bool) -> Path:
    """Write sources and HTML below `into`, and return the front page. strict: a link that leads nowhere is an error.

    The files of an earlier build are removed first. Raises subprocess.CalledProcessError if Sphinx fails.
    """
    source, built = into / "source", into / "html"
    for folder in (source, built):
        shutil.rmtree(folder, ignore_errors=True)
    write(source, chosen)
    subprocess.run([sys.executable, "-m", "sphinx", "-q", *(["-W", "--keep-going"] if strict else []), "-b", "html",
                    "-c", HERE,
                    "-d", into / "doctrees", source, built], check=True, cwd=ROOT)
    for each in chosen:
        for page in (COURSE / each.name).glob("*.html"):  # that a lesson links to
            (built / "lessons" / each.name).mkdir(exist_ok=True)
            shutil.copyfile(page, built / "lessons" / each.name / page.name)
    pictures.outside(built)
    for debugging in (built / "_static").rglob("*.map"):  # the theme's, which no visitor reads
        debugging.unlink()
    hand_outs(built / "downloads", chosen)
    (built / "external_links.txt").write_text(external_links(built), encoding="utf-8")
    return built / "index.html"


def copied(page: Path) -> str:
    """A page of the repository. Its links to other pages of the repository lead to the same pages on the site."""
    moved = {"](docs/": "](", "](../CONTRIBUTING.md": "](contributing.md", "](../README.md": "](index.md"}
    text = re.sub("|".join(map(re.escape, moved)), lambda link: moved[link[0]], page.read_text(encoding="utf-8"))
    return re.sub(r"\]\(\.\./course/\w+/(\w+)\.ipynb\)", r"](lessons/\1.md)", text)


def write(source: Path, chosen: Sequence[Lesson]) -> None:
    """All pages in MyST Markdown."""
    pages = {"index": front.page(chosen, copied(COPIED["learners"])),
             "museum": museum.page(chosen), "instrument": instrument.page(chosen),
             "atlas/index": mistakes.front(chosen), **{f"atlas/{each.name}": mistakes.page(each) for each in chosen},
             **{name: copied(path) for name, path in COPIED.items()}}
    for each in chosen:
        pages[f"lessons/{each.name}"] = lesson.page(each)
        pages[f"lessons/{each.name}{lesson.BOOK}"] = lesson.book(each)
    rooms = [COURSE / "attention_lab" / room for room in ROOMS]
    library = {path.stem: path for room in rooms for path in sorted(room.glob("*.py")) if path.stem != "__init__"}
    pages |= {f"library/{name}": api.page(path, f"attention_lab.{path.parent.name}.{name}", f"`{name}`")
              for name, path in library.items()}
    pages["library/index"] = index("The library attention_lab", "What the notebooks import.", library)
    references = {each.topic: ROOT / "solutions" / each.topic / "reference.py" for each in chosen}
    pages |= {f"reference/{name}": api.page(path, f"solutions.{name}.reference", f"`{name}`")
              for name, path in references.items()}
    pages["reference/index"] = index(
        "The reference solutions",
        "Your solutions are compared with these references.\n"
        "Each page gives signatures, shapes and papers, and says what differs from the papers.\n"
        "The code itself stays in the repository, out of sight of those who are still solving the exercises.",
        references)
    for each in lessons():
        shutil.copytree(COURSE / each.name / "figures", source / "lessons" / each.name / "figures")
    shutil.copyfile(ROOT / "docs/look.png", source / "look.png")
    for name, text in pages.items():
        path = source / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def index(title: str, words: str, modules: dict[str, Path]) -> str:
    """A page that lists modules, each with its first sentence."""
    rows = "\n".join(f"| [`{name}`]({name}.md) | {api.sentence(path)} |" for name, path in modules.items())
    listed = "\n".join(modules)
    return f"# {title}\n\n{words}\n\n| module | |\n|---|---|\n{rows}\n\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n"


def hand_outs(folder: Path, chosen: Iterable[Lesson]) -> None:
    """Each lesson as a single notebook, the library, which brings all else, and a zip of the course with a start.py to
    double-click."""
    single.write(folder, chosen)
    download.write(folder / "course.zip")


def external_links(built: Path) -> str:
    """Every address outside the site, in order, with the pages that name it."""
    found: dict[str, list[str]] = {}
    for path in sorted(built.rglob("*.html")):
        for address in set(re.findall(r'<a [^>]*href="(https?://[^"]+)"', path.read_text(encoding="utf-8"))):
            found.setdefault(address, []).append(str(path.relative_to(built)))
    return "".join(f"{address}  {' '.join(pages)}\n" for address, pages in sorted(found.items()))
