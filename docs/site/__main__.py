"""Build the site of the course from what the repository holds; nothing is fetched.

    python -m docs.site                    everything, into work/site
    python -m docs.site --lessons 01_se    quickly, with these lessons alone: links to the others lead nowhere
"""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.lessons.course import lessons
from docs.site.build import BUILT, build

parser = argparse.ArgumentParser(prog="python -m docs.site", description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--lessons", nargs="+", metavar="LESSON", choices=[lesson.name for lesson in lessons()])
parser.add_argument("--into", type=Path, default=BUILT, metavar="FOLDER")
arguments = parser.parse_args()
chosen = [lesson for lesson in lessons() if not arguments.lessons or lesson.name in arguments.lessons]
page = build(arguments.into, chosen, strict=not arguments.lessons)
print(f"The site: {page}\nExternal links, each with its pages: {page.with_name('external_links.txt')}")
